/** Quick picks over the memory: search as you type, or all records. */
import * as vscode from "vscode";
import type { Server } from "./server";

/** What of a record object (docs/lsp.md) is shown here. */
interface RecordObject {
  readonly id: string;
  readonly label: string;
  readonly title: string;
  readonly status: string | null;
}

interface Hit {
  readonly record: RecordObject;
  readonly snippet: string;
}

export interface Item extends vscode.QuickPickItem {
  readonly ref: string;
}

/** Waits for a pause in typing, so that not every letter is a question. */
const PAUSE_MILLISECONDS = 150;
const LISTED = 1000;

/** Searches while one types; without words it shows what was recorded last. Gives the chosen record's id. */
export async function search(server: Server, uri: string | undefined): Promise<string | undefined> {
  const placeholder = "Words to look for in decisions, learnings, bugs and checkpoints";
  return searchAsYouType("Search Memory", placeholder, (words) => look(server, words, uri));
}

/** A quick pick whose entries `look` finds for the words typed so far. Gives the chosen one's ref. */
export async function searchAsYouType(
  title: string,
  placeholder: string,
  look: (words: string) => Promise<Item[]>,
): Promise<string | undefined> {
  const pick = vscode.window.createQuickPick<Item>();
  pick.title = title;
  pick.placeholder = placeholder;
  let asked = 0;
  const ask = async (words: string): Promise<void> => {
    const question = ++asked;
    pick.busy = true;
    const found = await look(words.trim()).catch(() => []);
    if (question === asked) {
      pick.busy = false;
      pick.items = found.length > 0 ? found : [nothing(words)];
    }
  };
  let pause: NodeJS.Timeout | undefined;
  const listening = pick.onDidChangeValue((words) => {
    clearTimeout(pause);
    pause = setTimeout(() => void ask(words), PAUSE_MILLISECONDS);
  });
  void ask("");
  try {
    return await new Promise<string | undefined>((resolve) => {
      pick.onDidAccept(() => {
        const [chosen] = pick.selectedItems;
        if (chosen !== undefined && chosen.ref !== "") {
          resolve(chosen.ref);
        }
      });
      pick.onDidHide(() => {
        resolve(undefined);
      });
      pick.show();
    });
  } finally {
    clearTimeout(pause);
    listening.dispose();
    pick.dispose();
  }
}

/** Offers every record; typing narrows by label, title and status. Gives the chosen record's id. */
export async function choose(server: Server, uri: string | undefined): Promise<string | undefined> {
  const records = server.execute<RecordObject[]>("gitMemory.list", about(uri, { limit: LISTED }));
  const items = records.then((all) => (all ?? []).map((record) => item(record)));
  const options = { title: "Open Record", placeHolder: "Label or title", matchOnDescription: true };
  if ((await items).length === 0) {
    void vscode.window.showInformationMessage("Nothing is recorded in this repository’s memory yet.");
    return undefined;
  }
  return (await vscode.window.showQuickPick(items, options))?.ref;
}

async function look(server: Server, words: string, uri: string | undefined): Promise<Item[]> {
  if (words === "") {
    const records = await server.execute<RecordObject[]>("gitMemory.list", about(uri, { limit: 20 }));
    return (records ?? []).map((record) => item(record));
  }
  const hits = await server.execute<Hit[]>("gitMemory.search", about(uri, { words, limit: 20 }));
  return (hits ?? []).map((hit) => item(hit.record, hit.snippet));
}

function item(record: RecordObject, snippet?: string): Item {
  return {
    ref: record.id,
    label: `${record.label}  ${record.title}`,
    // The server has already chosen: VS Code must not filter its answers again by the words typed.
    alwaysShow: snippet !== undefined,
    ...(record.status === null ? {} : { description: record.status }),
    ...(snippet === undefined ? {} : { detail: snippet }),
  };
}

function nothing(words: string): Item {
  const label = words.trim() === "" ? "Nothing is recorded yet" : "Nothing found";
  return { ref: "", label, alwaysShow: true };
}

function about(uri: string | undefined, argument: object): object {
  return uri === undefined ? argument : { ...argument, uri };
}
