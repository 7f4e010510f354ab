/**
 * In a workspace that is not trusted nothing is started: a repository's git configuration and a workspace's
 * settings may both name programs to run.
 */
import * as vscode from "vscode";

/** True when the server may run. Otherwise a person who asked for something is told why not. */
export async function trustedOrSaysWhy(): Promise<boolean> {
  if (vscode.workspace.isTrusted) {
    return true;
  }
  const manage = "Manage Workspace Trust";
  const pressed = await vscode.window.showWarningMessage(
    "Git Memory is off in Restricted Mode: it runs git and Python, so it waits until you trust this workspace.",
    manage,
  );
  if (pressed === manage) {
    await vscode.commands.executeCommand("workbench.trust.manage");
  }
  return false;
}
