/** What programs keep and what happened in them, as a view in the explorer: asked for when a branch is opened. */
import * as vscode from "vscode";
import { due, errors, events, told, when } from "./events";
import type { About } from "./proposals";
import type { Server } from "./server";
import { line, values } from "./values";

type Branch = "due" | "errors" | "events" | "values";

/** What a line of the view is about: a key, a group of errors, an event, a decision. */
export class Leaf extends vscode.TreeItem {
  constructor(
    label: string,
    readonly ref: string,
    about: { kind: string; icon: string; description?: string; tooltip?: string; command: string; argument: object },
  ) {
    super(label);
    this.contextValue = about.kind;
    this.iconPath = new vscode.ThemeIcon(about.icon);
    this.description = about.description ?? "";
    this.tooltip = about.tooltip ?? label;
    this.command = { command: "gitMemory.ui.fromView", title: "Open", arguments: [about.command, about.argument] };
  }
}

class BranchItem extends vscode.TreeItem {
  constructor(
    readonly branch: Branch,
    label: string,
    icon: string,
  ) {
    super(label, vscode.TreeItemCollapsibleState.Collapsed);
    this.id = branch;
    this.contextValue = `branch-${branch}`;
    this.iconPath = new vscode.ThemeIcon(icon);
  }
}

const MOST = 500;
/** In which the server has stored what was saved. */
const STORED_MILLISECONDS = 500;
const OURS = /[\\/]git-memory[\\/]drafts[\\/]/;

export class MemoryView implements vscode.TreeDataProvider<vscode.TreeItem> {
  private readonly changed = new vscode.EventEmitter<undefined>();
  private readonly listening: readonly { dispose(): void }[];
  private pause: NodeJS.Timeout | undefined;
  /** Branches that the server could not tell of, and has said why: not asked again before a person refreshes. */
  private readonly refused = new Set<Branch>();
  readonly onDidChangeTreeData = this.changed.event;

  constructor(
    private readonly server: Server,
    private readonly about: About,
  ) {
    this.listening = [
      vscode.window.createTreeView("gitMemory.ui.view", { treeDataProvider: this }),
      vscode.workspace.onDidSaveTextDocument((document) => {
        if (OURS.test(document.uri.fsPath)) {
          clearTimeout(this.pause);
          this.pause = setTimeout(() => {
            this.changed.fire(undefined);
          }, STORED_MILLISECONDS);
        }
      }),
      this.changed,
    ];
  }

  /** Shows what is there now. */
  refresh(): void {
    this.refused.clear();
    this.changed.fire(undefined);
  }

  getTreeItem(item: vscode.TreeItem): vscode.TreeItem {
    return item;
  }

  async getChildren(item?: vscode.TreeItem): Promise<vscode.TreeItem[]> {
    if (!this.server.running) {
      return [];
    }
    if (item === undefined) {
      return [
        new BranchItem("due", "Decisions Due", "checklist"),
        new BranchItem("errors", "Errors", "error"),
        new BranchItem("events", "Events", "pulse"),
        new BranchItem("values", "Values", "json"),
      ];
    }
    return item instanceof BranchItem ? this.leaves(item.branch) : [];
  }

  dispose(): void {
    clearTimeout(this.pause);
    for (const one of this.listening) {
      one.dispose();
    }
  }

  private async leaves(branch: Branch): Promise<vscode.TreeItem[]> {
    if (this.refused.has(branch)) {
      return [new vscode.TreeItem("could not be read")];
    }
    const found = await this.found(branch);
    if (found === null) {
      this.refused.add(branch);
      return [new vscode.TreeItem("could not be read")];
    }
    if (found.length === 0) {
      return [new vscode.TreeItem("none")];
    }
    const more = found.length - MOST;
    return more > 0 ? [...found.slice(0, MOST), new vscode.TreeItem(`and ${more} more`)] : found;
  }

  private async found(branch: Branch): Promise<vscode.TreeItem[] | null> {
    switch (branch) {
      case "due":
        return this.due();
      case "errors":
        return this.errors();
      case "events":
        return (await events(this.server, this.about)).map(
          (one) =>
            new Leaf(one.title, one.id, {
              kind: one.type === "error" || one.type === "ui_error" ? "error" : "event",
              icon: one.type === "error" || one.type === "ui_error" ? "error" : "circle-small",
              description: [one.type, one.owner].filter((word) => word !== "").join(", "),
              tooltip: `${one.title}\n${when(one.created)}`,
              command: "gitMemory.event",
              argument: { id: one.id },
            }),
        );
      case "values":
        return (
          (await values(this.server, this.about))?.map(
            (one) =>
              new Leaf(one.key, one.key, {
                kind: "value",
                icon: "json",
                description: line(one.value),
                command: "gitMemory.value",
                argument: { key: one.key },
              }),
          ) ?? null
        );
    }
  }

  private async due(): Promise<vscode.TreeItem[]> {
    const found = await due(this.server, this.about);
    return [
      ...found.decisions.map(
        (one) =>
          new Leaf(`${one.label}  ${one.title}`, one.id, {
            kind: "decision",
            icon: "question",
            command: "gitMemory.open",
            argument: { ref: one.id },
          }),
      ),
      ...found.made.map(
        (one) =>
          new Leaf(one.title, one.id, {
            kind: "decision",
            icon: "question",
            description: one.owner,
            command: "gitMemory.event",
            argument: { id: one.id },
          }),
      ),
    ];
  }

  private async errors(): Promise<vscode.TreeItem[] | null> {
    const found = await errors(this.server, this.about);
    return (
      found?.map(
        (one) =>
          new Leaf(told(one), one.id, {
            kind: "error",
            icon: one.open ? "error" : "pass",
            description: `${one.count} ×${one.open ? "" : ", solved"}`,
            tooltip: [told(one), ...one.solutions.map((solution) => `Helped: ${solution.title}`)].join("\n"),
            command: "gitMemory.errors",
            argument: { group: one.id },
          }),
      ) ?? null
    );
  }
}
