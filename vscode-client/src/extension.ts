/** Where VS Code comes in: starts the server in a repository, and follows trust and settings. */
import * as vscode from "vscode";
import { registerCommands } from "./commands";
import { anythingToServe, liesInRepository } from "./repository";
import { Server } from "./server";

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const output = vscode.window.createOutputChannel("Git Memory", { log: true });
  const started = new Server(output);
  server = started;
  let attempted = false;
  const startOnce = async (): Promise<void> => {
    if (!attempted && vscode.workspace.isTrusted) {
      attempted = true; // One message a window is enough; a command tries again.
      await started.start();
    }
  };

  context.subscriptions.push(
    output,
    started,
    ...registerCommands(started, output, context.extensionUri),
    vscode.workspace.onDidGrantWorkspaceTrust(async () => {
      if (anythingToServe()) {
        await startOnce();
      }
    }),
    vscode.workspace.onDidOpenTextDocument(async (document) => {
      if (liesInRepository(document.uri)) {
        await startOnce();
      }
    }),
    vscode.workspace.onDidChangeConfiguration(async (change) => {
      const matters = ["gitMemory.interpreter", "gitMemory.server.path"];
      if (attempted && matters.some((name) => change.affectsConfiguration(name))) {
        await started.restart();
      } else if (change.affectsConfiguration("gitMemory.diagnostics")) {
        await started.configure();
      }
    }),
  );
  if (!vscode.workspace.isTrusted) {
    output.info("Restricted Mode: Git Memory starts when this workspace is trusted.");
  } else if (anythingToServe()) {
    await startOnce();
  } else {
    output.info("No git repository is open here: the server starts when a file in one is opened.");
  }
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}
