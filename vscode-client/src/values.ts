/** The palette's commands about keyed values: what programs keep under a key, opened as JSON. */
import * as vscode from "vscode";
import type { About } from "./proposals";
import type { Server } from "./server";

/** What of a value (docs/lsp.md) is shown here. */
export interface ValueObject {
  readonly key: string;
  readonly value: unknown;
}

interface KeyItem extends vscode.QuickPickItem {
  readonly key: string;
}

const LONGEST = 80;

/** Every value by key; null where that was refused, after a message. */
export async function values(server: Server, about: About): Promise<readonly ValueObject[] | null> {
  const argument = about({ show: false });
  return (await server.execute<{ values: readonly ValueObject[] }>("gitMemory.values", argument))?.values ?? null;
}

/** Asks which value to open, and opens it as JSON; saving it stores it. A key that is not there may be typed. */
export async function openValue(server: Server, about: About): Promise<void> {
  const found = await values(server, about);
  if (found !== null) {
    const key = await askKey(found.map(keyItem));
    if (key !== undefined) {
      await server.execute("gitMemory.value", about({ key }));
    }
  }
}

/** Takes a value out: the one that is given, or the one that a person picks. */
export async function deleteValue(server: Server, about: About, given?: string): Promise<void> {
  const key = given ?? (await pickKey(server, about));
  if (key === undefined) {
    return;
  }
  const sure = await vscode.window.showWarningMessage(
    `Delete the value of ${key}?`,
    { modal: true, detail: "It goes from the memory’s branch; the branch’s history keeps it." },
    "Delete",
  );
  if (sure !== undefined) {
    await server.execute("gitMemory.deleteValue", about({ key }));
  }
}

/** A value on one line. */
export function line(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

async function pickKey(server: Server, about: About): Promise<string | undefined> {
  const found = await values(server, about);
  if (found?.length === 0) {
    void vscode.window.showInformationMessage("This repository’s memory keeps no values.");
  }
  if (found === null || found.length === 0) {
    return undefined;
  }
  return (await vscode.window.showQuickPick(found.map(keyItem), { title: "Delete which value?" }))?.key;
}

function keyItem(one: ValueObject): KeyItem {
  return { key: one.key, label: `$(json) ${one.key}`, description: line(one.value) };
}

async function askKey(known: readonly KeyItem[]): Promise<string | undefined> {
  const pick = vscode.window.createQuickPick<KeyItem>();
  pick.title = "Open which value?";
  pick.placeholder = known.length > 0 ? "Its key; a new one makes a new value" : "No values yet: type a key for the first";
  pick.matchOnDescription = true;
  pick.items = known;
  const keys = new Set(known.map((item) => item.key));
  const listening = pick.onDidChangeValue((typed) => {
    const key = typed.trim();
    const fresh = { key, label: `$(add) ${key}`, description: "a new value", alwaysShow: true };
    if (key === "" || keys.has(key)) {
      pick.items = known;
      return;
    }
    pick.items = [...known, fresh];
    // What is there goes before what would be new.
    pick.activeItems = [known.find((item) => item.key.toLowerCase().includes(key.toLowerCase())) ?? fresh];
  });
  try {
    return await new Promise<string | undefined>((resolve) => {
      pick.onDidAccept(() => {
        const [chosen] = pick.selectedItems;
        if (chosen !== undefined) {
          resolve(chosen.key);
        }
      });
      pick.onDidHide(() => {
        resolve(undefined);
      });
      pick.show();
    });
  } finally {
    listening.dispose();
    pick.dispose();
  }
}
