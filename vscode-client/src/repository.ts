/** Tells whether there is a git repository to serve, so that no server runs where there is none. */
import { existsSync } from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";

/** Looks for `.git` (a folder, or a file in a worktree or submodule) in a path and above it. */
export function liesInRepository(uri: vscode.Uri): boolean {
  if (uri.scheme !== "file") {
    return false;
  }
  for (let directory = uri.fsPath; ; directory = path.dirname(directory)) {
    if (existsSync(path.join(directory, ".git"))) {
      return true;
    }
    if (path.dirname(directory) === directory) {
      return false;
    }
  }
}

/** The folder whose settings count: that of the file being edited, else the first one. */
export function currentFolder(): vscode.Uri | undefined {
  const active = vscode.window.activeTextEditor?.document.uri;
  const folder = active === undefined ? undefined : vscode.workspace.getWorkspaceFolder(active);
  return (folder ?? vscode.workspace.workspaceFolders?.[0])?.uri;
}

/** True when an open folder or file lies in a repository. */
export function anythingToServe(): boolean {
  const folders = (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri);
  const files = vscode.workspace.textDocuments.map((document) => document.uri);
  return [...folders, ...files].some(liesInRepository);
}
