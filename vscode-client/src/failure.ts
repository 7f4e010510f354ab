/** Says what is wrong when the server cannot run, and offers what helps. */
import * as vscode from "vscode";
import type { Problem } from "./interpreter";

type Button = "Choose Interpreter…" | "How to Install" | "Open Settings" | "Show Output" | "Restart Server";

const COMMANDS: Readonly<Record<Button, readonly [command: string, ...args: unknown[]]>> = {
  "Choose Interpreter…": ["gitMemory.ui.chooseInterpreter"],
  "How to Install": ["gitMemory.ui.howToInstall"],
  "Open Settings": ["workbench.action.openSettings", "gitMemory"],
  "Show Output": ["gitMemory.ui.showOutput"],
  "Restart Server": ["gitMemory.ui.restartServer"],
};

/** One sentence that says what is wrong, for a message and for the output. */
export function describe(problem: Problem): string {
  switch (problem.kind) {
    case "noPython":
      return "Git Memory needs Python 3.10 or newer, and found no Python on this machine.";
    case "tooOld":
      return `Git Memory needs Python 3.10 or newer; ${problem.python} is Python ${problem.version}.`;
    case "notInstalled":
      return `Git Memory is not installed in ${problem.python}. Install it there with: pip install git-memory-lsp`;
    case "badSetting":
      return `The setting ${problem.setting} says “${problem.value}”, but ${problem.why}.`;
  }
}

export async function showProblem(problem: Problem): Promise<void> {
  const first: Button = problem.kind === "badSetting" ? "Open Settings" : "How to Install";
  await show(describe(problem), ["Choose Interpreter…", first, "Show Output"]);
}

/** The server was found, but it ended or never answered. */
export async function showCrash(sentence: string): Promise<void> {
  await show(sentence, ["Restart Server", "Choose Interpreter…", "Show Output"]);
}

async function show(sentence: string, buttons: readonly Button[]): Promise<void> {
  const pressed = await vscode.window.showErrorMessage(sentence, ...buttons);
  if (pressed !== undefined) {
    const [command, ...args] = COMMANDS[pressed];
    await vscode.commands.executeCommand(command, ...args);
  }
}
