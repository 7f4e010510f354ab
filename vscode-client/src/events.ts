/** The palette's commands about what happened in programs: events, errors and what helped, decisions due. */
import * as vscode from "vscode";
import type { About } from "./proposals";
import { type Item, searchAsYouType } from "./find";
import type { Server } from "./server";

/** What of an event, a group of errors and a decision (docs/lsp.md) is shown here. */
export interface EventObject {
  readonly id: string;
  readonly type: string;
  readonly owner: string;
  readonly title: string;
  readonly created: string;
}

export interface ErrorGroup {
  readonly id: string;
  readonly type: string;
  readonly template: string;
  readonly count: number;
  readonly last: string;
  readonly open: boolean;
  readonly solutions: readonly { readonly title: string }[];
}

export interface Due {
  readonly decisions: readonly { readonly id: string; readonly label: string; readonly title: string }[];
  readonly made: readonly EventObject[];
}

const LISTED = 50;
/** What came of a decision, in the words of the server, and of people. */
const RESULTS: readonly Item[] = [
  { ref: "success", label: "$(pass) It turned out well" },
  { ref: "mixed", label: "$(circle-slash) Well in part" },
  { ref: "failure", label: "$(error) It did not turn out well" },
];

/** The newest events, or with words those that have them, best first. */
export async function events(server: Server, about: About, words = ""): Promise<readonly EventObject[]> {
  const argument = about({ show: false, limit: LISTED, hours: 0, ...(words === "" ? {} : { words }) });
  return (await server.execute<{ events: readonly EventObject[] }>("gitMemory.events", argument))?.events ?? [];
}

/** Errors by what they have in common; null where that was refused, after a message. */
export async function errors(server: Server, about: About): Promise<readonly ErrorGroup[] | null> {
  const argument = about({ show: false, hours: 0 });
  return (await server.execute<{ groups: readonly ErrorGroup[] }>("gitMemory.errors", argument))?.groups ?? null;
}

/** The decisions whose outcome should be known by now. */
export async function due(server: Server, about: About): Promise<Due> {
  const found = await server.execute<Due>("gitMemory.decisionsDue", about({ show: false }));
  return found ?? { decisions: [], made: [] };
}

/** Searches while one types; without words it shows what happened last. The chosen event is shown whole. */
export async function searchEvents(server: Server, about: About): Promise<void> {
  const look = async (words: string): Promise<Item[]> => (await events(server, about, words)).map(eventItem);
  const chosen = await searchAsYouType("Search Events", "Words to look for in what happened", look);
  if (chosen !== undefined) {
    await server.execute("gitMemory.event", about({ id: chosen }));
  }
}

/** Opens the draft of a solution for the errors that are given, or for those that a person picks. */
export async function solve(server: Server, about: About, given?: string): Promise<void> {
  const error = given ?? (await pickErrors(server, about));
  if (error !== undefined) {
    await server.execute("gitMemory.solve", about({ error }));
  }
}

/** Asks what came of a decision, of those that are due where none is given, and how that is known. */
export async function recordOutcome(server: Server, about: About, given?: string): Promise<void> {
  const ref = given ?? (await pickDecision(server, about));
  if (ref === undefined) {
    return;
  }
  const result = await vscode.window.showQuickPick(RESULTS, { title: "What came of it?" });
  if (result === undefined) {
    return;
  }
  const note = await vscode.window.showInputBox({
    title: "Record an Outcome",
    prompt: "How that is known, in a line. It may stay empty.",
    placeHolder: "40 % fewer queries after a month",
    ignoreFocusOut: true,
  });
  if (note !== undefined) {
    await server.execute("gitMemory.outcome", about({ ref, result: result.ref, note: note.trim() }));
  }
}

/** When something happened, as people read it. */
export function when(moment: string): string {
  return new Date(moment).toLocaleString();
}

async function pickErrors(server: Server, about: About): Promise<string | undefined> {
  const found = await errors(server, about);
  if (found?.length === 0) {
    void vscode.window.showInformationMessage("No errors are kept in this repository.");
  }
  if (found === null || found.length === 0) {
    return undefined;
  }
  const items: Item[] = found.map((one) => ({
    ref: one.id,
    label: `${one.open ? "$(error)" : "$(pass)"} ${told(one)}`,
    description: `${one.count} ×, last ${when(one.last)}`,
    ...(one.solutions[0] === undefined ? {} : { detail: `Helped: ${one.solutions[0].title}` }),
  }));
  const options = { title: "A solution for which errors?", matchOnDetail: true };
  return (await vscode.window.showQuickPick(items, options))?.ref;
}

async function pickDecision(server: Server, about: About): Promise<string | undefined> {
  const found = await due(server, about);
  const items: Item[] = [
    ...found.decisions.map((one) => ({ ref: one.id, label: `${one.label}  ${one.title}` })),
    ...found.made.map((one) => ({ ref: one.id, label: one.title, description: one.owner })),
  ];
  if (items.length === 0) {
    void vscode.window.showInformationMessage("No outcome is due.");
    return undefined;
  }
  return (await vscode.window.showQuickPick(items, { title: "The outcome of which decision?" }))?.ref;
}

/** A group of errors in one line. */
export function told(group: ErrorGroup): string {
  return group.template === "" ? group.type : `${group.type}: ${group.template}`;
}

function eventItem(one: EventObject): Item {
  return {
    ref: one.id,
    label: one.title,
    description: [one.type, one.owner].filter((word) => word !== "").join(", "),
    detail: when(one.created),
    // The server has already chosen: VS Code must not filter its answers again by the words typed.
    alwaysShow: true,
  };
}
