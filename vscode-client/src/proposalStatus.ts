/** The status bar's sign that this worktree writes to a proposal: nobody shall do so unawares. */
import * as vscode from "vscode";
import type { Server } from "./server";

interface Proposal {
  readonly name: string;
  readonly here: boolean;
}

export class ProposalStatus implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem("gitMemory.proposal", vscode.StatusBarAlignment.Left);
  private readonly disposables: readonly { dispose(): unknown }[];

  constructor(
    private readonly server: Server,
    private readonly argument: () => object,
  ) {
    this.item.name = "Git Memory: Proposal";
    this.item.command = "gitMemory.ui.endProposing";
    this.disposables = [
      this.item,
      // The command line may have begun or ended one while the window was in the background.
      vscode.window.onDidChangeWindowState((state) => {
        if (state.focused) {
          void this.refresh();
        }
      }),
      vscode.window.onDidChangeActiveTextEditor(() => void this.refresh()),
    ];
  }

  /** Asks the server, and shows the proposal that the file being edited is on, if any. */
  async refresh(): Promise<void> {
    const open = this.server.running
      ? await this.server.execute<readonly Proposal[]>("gitMemory.proposals", this.argument()).catch(() => null)
      : null;
    const here = open?.find((proposal) => proposal.here);
    if (here === undefined) {
      this.item.hide();
      return;
    }
    this.item.text = `$(git-pull-request) ${here.name}`;
    this.item.tooltip = `What is recorded in this worktree goes to the proposal “${here.name}”. Click to end that.`;
    this.item.show();
  }

  dispose(): void {
    for (const disposable of this.disposables) {
      disposable.dispose();
    }
  }
}
