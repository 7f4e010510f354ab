/** The palette's commands about working sessions: their start, their end, the checklist, those that ended. */
import * as vscode from "vscode";
import type { About } from "./proposals";
import type { Server } from "./server";

/** What of a session’s record (docs/lsp.md) is shown here. */
interface SessionRecord {
  readonly id: string;
  readonly label: string;
  readonly title: string;
  readonly created: string;
}

interface Item extends vscode.QuickPickItem {
  readonly id: string;
}

const MOST = 100;

/** Asks what the session is for, notes that it begins, and shows what should be known. */
export async function startSession(server: Server, about: About): Promise<void> {
  const goal = await vscode.window.showInputBox({
    title: "Start a Session",
    prompt: "What it is for, in one line. It may stay empty.",
    placeHolder: "Make the login work",
    ignoreFocusOut: true,
  });
  if (goal !== undefined) {
    await server.execute("gitMemory.sessionStart", about(goal.trim() === "" ? {} : { goal: goal.trim() }));
  }
}

/** Opens the draft of the session's summary; saving it ends the session. */
export async function endSession(server: Server, about: About): Promise<void> {
  await server.execute("gitMemory.sessionEnd", about({}));
}

/** Shows what this session has done, and what is still due. */
export async function showChecklist(server: Server, about: About): Promise<void> {
  await server.execute("gitMemory.checklist", about({}));
}

/** Asks which session to open. */
export async function openSession(server: Server, about: About): Promise<void> {
  const argument = about({ kind: "session", limit: MOST });
  const found = (await server.execute<readonly SessionRecord[]>("gitMemory.list", argument)) ?? [];
  if (found.length === 0) {
    void vscode.window.showInformationMessage("This repository’s memory has no sessions yet.");
    return;
  }
  const items: Item[] = found.map((one) => ({
    id: one.id,
    label: `$(comment-discussion) ${one.title}`,
    description: `${one.label}, ${one.created.slice(0, 10)}`,
  }));
  const chosen = await vscode.window.showQuickPick(items, { title: "Open which session?", matchOnDescription: true });
  if (chosen !== undefined) {
    await server.execute("gitMemory.open", about({ ref: chosen.id }));
  }
}
