"""From single runs to medians, ratios and the table; and the file of results."""

import json
import os
import platform
import subprocess
from datetime import datetime, timezone
from pathlib import Path
from statistics import median

# Above this share of both cores in other hands, figures are marked as noisy.
FOREIGN_SHARE_MAX = 0.05
# The generator and the upstream must each cost less than this share of the subject.
TOOL_SHARE_MAX = 1 / 3


def machine():
    """What the figures were measured on."""
    model = "unknown"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return {"cpu": model, "cores": os.cpu_count(), "kernel": platform.release(), "system": system_name()}


def system_name():
    for line in Path("/etc/os-release").read_text().splitlines():
        if line.startswith("PRETTY_NAME="):
            return line.partition("=")[2].strip('"')
    return platform.system()


def commit(root):
    """The commit, with + when files differ from it."""
    def git(*words):
        return subprocess.run(["git", "-C", root, *words], capture_output=True, text=True, check=False).stdout.strip()
    return (git("rev-parse", "--short", "HEAD") or "unknown") + ("+" if git("status", "--porcelain") else "")


def of_rounds(runs, pick):
    """Median of a figure over rounds, or None where there is none."""
    values = [value for value in map(pick, runs) if value is not None]
    return median(values) if values else None


def cpu(run):
    return run["load"]["cpu_us_per_call"].get("subject")


def p50(run):
    return run["load"]["latency_us"]["p50"]


def busy(run, *names):
    """Share of a core these took: a saturated subject is near 1, and its tools well below, or it was not saturated."""
    figures = run["load"]["cpu_us_per_call"]
    if any(name not in figures for name in names):
        return None
    return sum(figures[name] for name in names) * run["load"]["calls_per_second"] / 1e6


def round_by_round(runs, others, pick, combine):
    """Combines a figure with another subject's of the same round; the median, least and most over rounds."""
    there = {run["round"]: pick(run) for run in others}
    values = [combine(pick(run), there[run["round"]]) for run in runs
              if pick(run) and there.get(run["round"])]
    return (median(values), min(values), max(values)) if values else None


def summarise(runs, subjects, scenarios):
    """Rows by scenario and subject."""
    table = {}
    for scenario in scenarios:
        of = {name: [r for r in runs if r["subject"] == name and r["scenario"] == scenario] for name in subjects}
        rows = {}
        for name in subjects:
            mine = of[name]
            if not mine:
                continue
            row = {
                "cpu_us_per_call": of_rounds(mine, cpu),
                "calls_per_second": of_rounds(mine, lambda r: r["load"]["calls_per_second"]),
                "p50_us": of_rounds(mine, p50),
                "p99_us": of_rounds(mine, lambda r: r["load"]["latency_us"]["p99"]),
                "generator_us_per_call": of_rounds(mine, lambda r: r["load"]["cpu_us_per_call"]["generator"]),
                "upstream_us_per_call": of_rounds(mine, lambda r: r["load"]["cpu_us_per_call"]["upstream"]),
                "unsettled_rounds": sum(not r["settled"] for r in mine),
                "foreign_cpu_share": max(r["foreign_cpu_share"] for r in mine),
                "subject_core_busy": of_rounds(mine, lambda r: busy(r, "subject")),
                "tools_core_busy": of_rounds(mine, lambda r: busy(r, "generator", "upstream")),
                "errors": sum(r["load"]["error_count"] for r in mine),
                "gateway_over_this": round_by_round(of.get("gateway", []), mine, cpu, lambda a, b: a / b),
                "p50_over_relay_us": round_by_round(mine, of.get("relay", []), p50, lambda a, b: a - b),
            }
            most = max(row["generator_us_per_call"], row["upstream_us_per_call"])
            row["tools_cheap"] = None if row["cpu_us_per_call"] is None else most < TOOL_SHARE_MAX * row["cpu_us_per_call"]
            rows[name] = row
        table[scenario] = rows
    return table


def text(value, form):
    return "-" if value is None else format(value, form)


def ratio(three):
    return "-" if three is None else f"{three[0]:.2f} ({three[1]:.2f}-{three[2]:.2f})"


def print_table(table, titles, versions):
    """The table a person reads, one block a scenario."""
    heads = ["subject", "CPU us/call", "gateway/this (min-max)", "calls/s", "p50 us", "p99 us", "p50 over relay",
             "core busy", "generator", "upstream", "< 1/3", "tools busy", "errors"]
    for scenario, rows in table.items():
        lines = [heads]
        for name, row in rows.items():
            over = row["p50_over_relay_us"]
            lines.append([
                f"{name} {versions.get(name, '')}".strip(), text(row["cpu_us_per_call"], ".1f"),
                "1" if name == "gateway" else ratio(row["gateway_over_this"]), text(row["calls_per_second"], ",.0f"),
                text(row["p50_us"], ",.0f"), text(row["p99_us"], ",.0f"),
                "-" if over is None or name == "relay" else f"{over[0]:+.0f}",
                text(row["subject_core_busy"], ".0%"),
                text(row["generator_us_per_call"], ".1f"), text(row["upstream_us_per_call"], ".1f"),
                {None: "-", True: "yes", False: "NO"}[row["tools_cheap"]], text(row["tools_core_busy"], ".0%"),
                str(row["errors"])])
        widths = [max(len(line[i]) for line in lines) for i in range(len(heads))]
        print(f"\n{titles[scenario]}")
        for line in lines:
            print("  ".join(word.ljust(width) if i == 0 else word.rjust(width)
                            for i, (word, width) in enumerate(zip(line, widths))).rstrip())


def findings(table):
    """What stands against the figures, in words."""
    for scenario, rows in table.items():
        for name, row in rows.items():
            if row["errors"]:
                yield f"{scenario}: {row['errors']} calls through {name} failed; its figures count the others only"
            if row["unsettled_rounds"]:
                yield (f"{scenario}: {name} had not settled after the longest warm-up in {row['unsettled_rounds']} rounds: "
                       "its cost is overstated")
        dear = [name for name, row in rows.items() if row["tools_cheap"] is False]
        if dear:
            yield f"{scenario}: generator or upstream cost a third of the subject or more beside {', '.join(dear)}"
        noisy = {name: row["foreign_cpu_share"] for name, row in rows.items()
                 if row["foreign_cpu_share"] > FOREIGN_SHARE_MAX}
        if noisy:
            yield (f"{scenario}: other processes took up to {100 * max(noisy.values()):.0f} % of the two cores "
                   f"({', '.join(noisy)}): not to be quoted")


def save(folder, document):
    """Writes the results as a file of their own; answers with its path."""
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now(timezone.utc)
    file = folder / f"{now:%Y-%m-%dT%H%M%S}Z-{document['commit'].rstrip('+')}.json"
    document = {"measured_at": f"{now:%Y-%m-%dT%H:%M:%SZ}", **document}
    file.write_text(json.dumps(document, indent=1) + "\n")
    return file
