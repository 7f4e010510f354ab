/** The palette's commands about proposals, and about exchanging the memory with a remote. */
import * as vscode from "vscode";
import type { Server } from "./server";

/** What of a proposal (docs/lsp.md) is shown here. */
interface Proposal {
  readonly name: string;
  readonly commits: number;
  readonly here: boolean;
  readonly own: boolean;
  readonly remotes: readonly string[];
}

interface Item extends vscode.QuickPickItem {
  readonly name: string;
}

/** Gives the argument of a server command the place that it is about. */
export type About = (argument: object) => object;

/** Asks for a proposal, a new name or one that is open, and lets this worktree write to it. */
export async function propose(server: Server, about: About): Promise<void> {
  const begin: Item = { name: "", label: "$(add) Begin a Proposal…", alwaysShow: true };
  const items = [begin, ...(await open(server, about)).map(item)];
  const chosen =
    items.length === 1
      ? begin
      : await vscode.window.showQuickPick(items, { title: "Propose: write to which proposal?" });
  if (chosen === undefined) {
    return;
  }
  const name = chosen.name === "" ? await askName() : chosen.name;
  if (name !== undefined && name.trim() !== "") {
    await server.execute("gitMemory.propose", about({ name: name.trim() }));
  }
}

/** Lets this worktree write to the memory itself again. */
export async function endProposing(server: Server, about: About): Promise<void> {
  await server.execute("gitMemory.endProposing", about({}));
}

/** Asks which proposal to adopt, and merges it. */
export async function adopt(server: Server, about: About): Promise<void> {
  const name = await choose(await open(server, about), "Adopt which proposal?");
  if (name !== undefined) {
    await server.execute("gitMemory.adopt", about({ name }));
  }
}

/** Asks which proposal to withdraw, and once more whether that is meant. */
export async function withdraw(server: Server, about: About): Promise<void> {
  const own = (await open(server, about)).filter((proposal) => proposal.own);
  const name = await choose(own, "Withdraw which proposal?");
  if (name === undefined) {
    return;
  }
  const withdrawn = "Withdraw";
  const detail = "Its changes are kept in this clone, under a ref of their own.";
  const question = `Withdraw the proposal “${name}”?`;
  if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, withdrawn)) === withdrawn) {
    await server.execute("gitMemory.withdraw", about({ name }));
  }
}

async function open(server: Server, about: About): Promise<readonly Proposal[]> {
  return (await server.execute<readonly Proposal[]>("gitMemory.proposals", about({}))) ?? [];
}

async function choose(proposals: readonly Proposal[], title: string): Promise<string | undefined> {
  if (proposals.length === 0) {
    void vscode.window.showInformationMessage("There is no open proposal in this repository.");
    return undefined;
  }
  return (await vscode.window.showQuickPick(proposals.map(item), { title }))?.name;
}

function item(proposal: Proposal): Item {
  const commits = `${String(proposal.commits)} commit${proposal.commits === 1 ? "" : "s"}`;
  const places = proposal.remotes.map((remote) => `on ${remote}`);
  return {
    name: proposal.name,
    label: `$(git-pull-request) ${proposal.name}`,
    description: [commits, ...places].join(", "),
    ...(proposal.here ? { detail: "This worktree writes to it." } : {}),
  };
}

function askName(): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: "Begin a Proposal",
    prompt: "Its name, as a branch's. What is written in this worktree goes to it until you end proposing.",
    placeHolder: "use-jwt",
    ignoreFocusOut: true,
  });
}
