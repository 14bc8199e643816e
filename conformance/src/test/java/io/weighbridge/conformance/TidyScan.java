package io.weighbridge.conformance;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.IfTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Measures the types and methods of one compilation unit. Mutable: confined to one thread. */
final class TidyScan extends TreePathScanner<@Nullable Void, @Nullable Void> {
  private static final String CONSTRUCTOR = "<init>";

  private static final Set<Tree.Kind> NESTING =
      EnumSet.of(
          Tree.Kind.IF,
          Tree.Kind.FOR_LOOP,
          Tree.Kind.ENHANCED_FOR_LOOP,
          Tree.Kind.WHILE_LOOP,
          Tree.Kind.DO_WHILE_LOOP,
          Tree.Kind.SWITCH,
          Tree.Kind.SWITCH_EXPRESSION,
          Tree.Kind.TRY,
          Tree.Kind.SYNCHRONIZED);

  private final TidyRules rules;
  private final String where;
  private final CompilationUnitTree unit;
  private final Trees trees;
  private final boolean test;
  private int nesting;

  TidyScan(TidyRules rules, String where, CompilationUnitTree unit, Trees trees, boolean test) {
    this.rules = rules;
    this.where = where;
    this.unit = unit;
    this.trees = trees;
    this.test = test;
  }

  private void find(Tree at, String what) {
    rules.find(where, lineOf(trees.getSourcePositions().getStartPosition(unit, at)), what);
  }

  private long lineOf(long position) {
    return unit.getLineMap().getLineNumber(position);
  }

  @Override
  public @Nullable Void visitClass(ClassTree node, @Nullable Void unused) {
    String name = node.getSimpleName().toString();
    if (TidyRules.EMPTY_NAME.matcher(name).matches()) {
      find(node, "type " + name + " says nothing about what it is");
    }
    boolean topLevel = getCurrentPath().getParentPath().getLeaf() == unit;
    if (topLevel && !test && trees.getDocComment(getCurrentPath()) == null) {
      find(node, "type " + name + " does not say what it is");
    }
    int outer = nesting;
    nesting = 0;
    super.visitClass(node, null);
    nesting = outer;
    return null;
  }

  @Override
  public @Nullable Void visitMethod(MethodTree node, @Nullable Void unused) {
    int lines = linesOf(node);
    rules.methodOf(lines);
    if (lines > TidyRules.METHOD_LINES_MAX) {
      find(node, "method of " + lines + " lines, at most " + TidyRules.METHOD_LINES_MAX);
    }
    boolean constructor = node.getName().contentEquals(CONSTRUCTOR);
    int most = constructor ? TidyRules.CONSTRUCTOR_PARAMETERS_MAX : TidyRules.PARAMETERS_MAX;
    int parameters = node.getParameters().size();
    // A record's constructor has its components, and those are its fields.
    boolean ofRecord = getCurrentPath().getParentPath().getLeaf().getKind() == Tree.Kind.RECORD;
    boolean overriding =
        node.getModifiers().getAnnotations().stream()
            .anyMatch(annotation -> annotation.getAnnotationType().toString().equals("Override"));
    if (parameters > most && !(constructor && ofRecord) && !overriding) {
      find(node, parameters + " parameters, at most " + most);
    }
    int outer = nesting;
    nesting = 0;
    super.visitMethod(node, null);
    nesting = outer;
    return null;
  }

  /** Lines from the signature to the end: a table in an annotation is no part of the method. */
  private int linesOf(MethodTree node) {
    Tree first = node.getReturnType() != null ? node.getReturnType() : node.getBody();
    long start = trees.getSourcePositions().getStartPosition(unit, first == null ? node : first);
    long end = trees.getSourcePositions().getEndPosition(unit, node);
    return (int) (lineOf(end) - lineOf(start)) + 1;
  }

  @Override
  public @Nullable Void scan(@Nullable Tree node, @Nullable Void unused) {
    if (node == null || !nests(node)) {
      return super.scan(node, null);
    }
    nesting++;
    if (nesting == TidyRules.NESTING_MAX + 1) {
      find(node, "nested " + nesting + " deep, at most " + TidyRules.NESTING_MAX);
    }
    super.scan(node, null);
    nesting--;
    return null;
  }

  /** Whether what stands inside is one deeper; an {@code else if} is as deep as its {@code if}. */
  private boolean nests(Tree node) {
    boolean chained =
        getCurrentPath() != null
            && getCurrentPath().getLeaf() instanceof IfTree parent
            && parent.getElseStatement() == node;
    return NESTING.contains(node.getKind()) && !(node instanceof IfTree && chained);
  }
}
