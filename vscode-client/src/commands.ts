/**
 * The palette's commands. Their ids begin with `gitMemory.ui.`: vscode-languageclient registers the server's
 * own commands (`gitMemory.record`, …) under the server's ids.
 */
import * as vscode from "vscode";
import { choose, search } from "./find";
import { chooseInterpreter } from "./chooseInterpreter";
import { note, openArtifact, openDocument } from "./documents";
import { recordOutcome, searchEvents, solve } from "./events";
import { ProposalStatus } from "./proposalStatus";
import { type About, adopt, endProposing, propose, withdraw } from "./proposals";
import { currentFolder } from "./repository";
import { trustedOrSaysWhy } from "./restrictedMode";
import type { Server } from "./server";
import { endSession, openSession, showChecklist, startSession } from "./sessions";
import { Leaf, MemoryView } from "./tree";
import { deleteValue, openValue } from "./values";

/** Registers every command of package.json; the returned disposables take them back. */
export function registerCommands(
  server: Server,
  output: vscode.LogOutputChannel,
  extension: vscode.Uri,
): vscode.Disposable[] {
  /** A command that needs the server: it is started first, and a person is told when it cannot be. */
  const withServer = (id: string, action: (...given: unknown[]) => Promise<void>): vscode.Disposable =>
    vscode.commands.registerCommand(`gitMemory.ui.${id}`, async (...given: unknown[]) => {
      if (!(await trustedOrSaysWhy())) {
        return;
      }
      await server.start();
      if (server.running) {
        await action(...given);
      }
    });
  const plain = (id: string, action: () => unknown): vscode.Disposable =>
    vscode.commands.registerCommand(`gitMemory.ui.${id}`, action);

  const status = new ProposalStatus(server, () => about({}));
  /** A command after which another proposal, or none, may be written to. */
  const aboutProposals = (id: string, action: (server: Server, about: About) => Promise<void>): vscode.Disposable =>
    withServer(id, async () => {
      await action(server, about);
      await status.refresh();
    });

  const view = new MemoryView(server, about);
  /** A command about what programs keep, for a line of the view or for what a person picks; the view follows. */
  const aboutPrograms = (
    id: string,
    action: (server: Server, about: About, ref?: string) => Promise<void>,
  ): vscode.Disposable =>
    withServer(id, async (item) => {
      await action(server, about, item instanceof Leaf ? item.ref : undefined);
      view.refresh();
    });

  return [
    new vscode.Disposable(() => {
      view.dispose();
      status.dispose();
    }),
    withServer("recordDecision", () => record(server, "decision")),
    withServer("recordLearning", () => record(server, "learning")),
    withServer("recordBug", () => record(server, "bug")),
    withServer("createCheckpoint", () => checkpoint(server)),
    withServer("search", async () => {
      await open(server, await search(server, here()));
    }),
    withServer("openRecord", async () => {
      await open(server, await choose(server, here()));
    }),
    withServer("initialise", async () => {
      await server.execute("gitMemory.initialise", about({}));
    }),
    withServer("sync", async () => {
      await server.execute("gitMemory.sync", about({}));
    }),
    withServer("openDocument", () => openDocument(server, about)),
    withServer("note", () => note(server, about)),
    withServer("startSession", () => startSession(server, about)),
    withServer("endSession", () => endSession(server, about)),
    withServer("checklist", () => showChecklist(server, about)),
    withServer("openSession", () => openSession(server, about)),
    withServer("openArtifact", () => openArtifact(server, about)),
    aboutPrograms("openValue", openValue),
    aboutPrograms("deleteValue", deleteValue),
    aboutPrograms("searchEvents", searchEvents),
    aboutPrograms("solve", solve),
    aboutPrograms("recordOutcome", recordOutcome),
    withServer("showErrors", async () => {
      await server.execute("gitMemory.errors", about({}));
    }),
    withServer("showEvents", async () => {
      await server.execute("gitMemory.events", about({}));
    }),
    withServer("showValues", async () => {
      await server.execute("gitMemory.values", about({}));
    }),
    withServer("decisionsDue", async () => {
      await server.execute("gitMemory.decisionsDue", about({}));
    }),
    withServer("learnings", async () => {
      await server.execute("gitMemory.learnings", about({}));
    }),
    plain("refreshView", () => {
      view.refresh();
    }),
    vscode.commands.registerCommand("gitMemory.ui.fromView", async (command: string, argument: object) => {
      await server.execute(command, about(argument));
    }),
    aboutProposals("propose", propose),
    aboutProposals("endProposing", endProposing),
    aboutProposals("adopt", adopt),
    aboutProposals("withdraw", withdraw),
    plain("restartServer", async () => {
      if (await trustedOrSaysWhy()) {
        await server.restart();
      }
    }),
    plain("chooseInterpreter", async () => {
      if (await trustedOrSaysWhy()) {
        await chooseInterpreter(currentFolder());
      }
    }),
    plain("showOutput", () => {
      output.show();
    }),
    plain("howToInstall", () =>
      vscode.commands.executeCommand("markdown.showPreview", vscode.Uri.joinPath(extension, "INSTALL.md")),
    ),
  ];
}

async function record(server: Server, kind: "decision" | "learning" | "bug"): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const range = editor?.document.uri.scheme === "file" ? server.range(editor.selection) : undefined;
  await server.execute("gitMemory.record", about(range === undefined ? { kind } : { kind, range }));
}

async function checkpoint(server: Server): Promise<void> {
  const message = await vscode.window.showInputBox({
    title: "Create a Checkpoint",
    prompt: "What is done, in one line. Leave it empty for the date and the branch.",
    placeHolder: "Login works end to end",
    ignoreFocusOut: true,
  });
  if (message !== undefined) {
    await server.execute("gitMemory.checkpoint", about(message.trim() === "" ? {} : { message: message.trim() }));
  }
}

async function open(server: Server, ref: string | undefined): Promise<void> {
  if (ref !== undefined) {
    await server.execute("gitMemory.open", about({ ref }));
  }
}

/** The file being edited, else the folder: it tells the server which repository is meant. */
function here(): string | undefined {
  const active = vscode.window.activeTextEditor?.document.uri;
  return (active?.scheme === "file" ? active : currentFolder())?.toString();
}

function about(argument: object): object {
  const uri = here();
  return uri === undefined ? argument : { ...argument, uri };
}
