/** Lets a person choose the Python that has Git Memory installed, and keeps the choice in the user's settings. */
import * as vscode from "vscode";
import { askPython, knownPythons, type Python } from "./interpreter";

interface Item extends vscode.QuickPickItem {
  readonly python?: Python;
}

export async function chooseInterpreter(folder: vscode.Uri | undefined): Promise<void> {
  const enter: Item = { label: "$(edit) Enter a path…", alwaysShow: true };
  const items = knownPythons(folder).then((pythons) => [...pythons.map(item), enter]);
  const chosen = await vscode.window.showQuickPick(items, {
    title: "Python for Git Memory",
    placeHolder: "A Python 3.10 or newer that has git-memory-lsp installed",
  });
  const path = chosen === enter ? await enterPath() : chosen?.python?.path;
  if (path !== undefined) {
    const settings = vscode.workspace.getConfiguration("gitMemory", folder);
    // Changing the setting restarts the server.
    await settings.update("interpreter", path, vscode.ConfigurationTarget.Global);
  }
}

function item(python: Python): Item {
  const state = python.hasServer ? "Git Memory is installed" : "Git Memory is not installed here";
  return {
    python,
    label: `Python ${python.version}`,
    description: python.path,
    detail: python.recentEnough ? state : "Too old: 3.10 or newer is needed",
  };
}

async function enterPath(): Promise<string | undefined> {
  const path = await vscode.window.showInputBox({
    title: "Python for Git Memory",
    prompt: "The full path of a Python program",
    ignoreFocusOut: true,
    validateInput: async (value) =>
      (await askPython(value.trim())) === undefined ? "This is not a Python that runs." : undefined,
  });
  return path?.trim();
}
