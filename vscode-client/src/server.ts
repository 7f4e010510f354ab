/** The language server's life: found, started, restarted when it dies, stopped. */
import * as vscode from "vscode";
import {
  CloseAction,
  type CloseHandlerResult,
  DidChangeConfigurationNotification,
  ErrorAction,
  ExecuteCommandRequest,
  LanguageClient,
  RevealOutputChannelOn,
  type ShowDocumentRequest,
} from "vscode-languageclient/node";
import { describe, showCrash, showProblem } from "./failure";
import { findLaunch, type Launch } from "./interpreter";
import { provideDocumentSymbols } from "./outline";
import { currentFolder } from "./repository";
import { ServerProcess } from "./serverProcess";

const START_MILLISECONDS = 60_000;
const STOP_MILLISECONDS = 3_000;
const RESTARTS = 3;
const RESTARTS_WITHIN_MILLISECONDS = 180_000;

/** vscode-languageclient's own error messages show a stack; ours say what to do, so its go to the output. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

export class Server implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private process: ServerProcess | undefined;
  private crashes: number[] = [];
  /** Starts and stops wait for one another: two quick setting changes must not leave two servers. */
  private turn: Promise<void> = Promise.resolve();

  constructor(private readonly output: vscode.LogOutputChannel) {}

  get running(): boolean {
    return this.client?.isRunning() ?? false;
  }

  /** Starts the server unless it runs. What goes wrong is shown; this never throws. */
  async start(): Promise<void> {
    await this.inTurn(() => this.startNow());
  }

  async restart(): Promise<void> {
    this.crashes = [];
    await this.startAgain();
  }

  async stop(): Promise<void> {
    await this.inTurn(() => this.stopNow());
  }

  /** Runs one of the server's commands (docs/lsp.md). The server itself tells what cannot be done. */
  async execute<Result>(command: string, argument: object): Promise<Result | null> {
    if (this.client === undefined) {
      return null;
    }
    const params = { command, arguments: [argument] };
    return (await this.client.sendRequest(ExecuteCommandRequest.type, params)) as Result | null;
  }

  /** Tells the server what it may be set to; the other settings say how it is started. In turn: a server that
   * is being started was told what held before. */
  async configure(): Promise<void> {
    await this.inTurn(async () => {
      if (this.running) {
        const params = { settings: { gitMemory: settings() } };
        await this.client?.sendNotification(DidChangeConfigurationNotification.type, params);
      }
    });
  }

  /** A selection as the server counts it. */
  range(selection: vscode.Selection): object | undefined {
    return this.client?.code2ProtocolConverter.asRange(selection);
  }

  dispose(): void {
    void this.stop();
  }

  private async inTurn(action: () => Promise<void>): Promise<void> {
    this.turn = this.turn.then(action).catch((error: unknown) => {
      this.output.error(String(error));
    });
    await this.turn;
  }

  private async startAgain(): Promise<void> {
    await this.inTurn(async () => {
      await this.stopNow();
      await this.startNow();
    });
  }

  private async startNow(): Promise<void> {
    if (this.running) {
      return;
    }
    const search = await findLaunch(currentFolder());
    if ("problem" in search) {
      this.output.error(describe(search.problem));
      // Not awaited, here and below: a message stays until it is answered, and a restart must not wait for that.
      void showProblem(search.problem);
      return;
    }
    const { launch } = search;
    this.output.info(`Starting ${launch.command} (from ${launch.from})`);
    const client = this.newClient(launch);
    this.client = client;
    try {
      await within(START_MILLISECONDS, client.start());
      await vscode.commands.executeCommand("setContext", "gitMemory.running", true);
    } catch (error) {
      this.output.error(String(error));
      await this.stopNow();
      void showCrash(`Git Memory’s server did not start: ${launch.command} ${this.complaint()}`);
    }
  }

  private async stopNow(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    await vscode.commands.executeCommand("setContext", "gitMemory.running", false);
    await client?.dispose(STOP_MILLISECONDS).catch((error: unknown) => {
      this.output.warn(String(error)); // It never started, or does not answer any more.
    });
    await this.process?.ended(STOP_MILLISECONDS);
  }

  private newClient(launch: Launch): LanguageClient {
    const run = async () => {
      this.process = await ServerProcess.start(launch);
      return this.process.child;
    };
    const client: LanguageClient = new QuietClient("gitMemory", "Git Memory", run, {
      // What is shown to be read has no file: the server gives its text, and answers about it as about files.
      documentSelector: [{ scheme: "file" }, { scheme: "git-memory" }],
      // The repository's own templates apply as long as this server lives; restricted mode starts none.
      initializationOptions: {
        workspaceTrusted: vscode.workspace.isTrusted,
        ...settings(),
      },
      outputChannel: this.output,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationFailedHandler: () => false,
      middleware: { window: { showDocument }, provideDocumentSymbols },
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: () => this.closed(client),
      },
    });
    return client;
  }

  private closed(client: LanguageClient): CloseHandlerResult {
    // Never the client's own restart: when that fails, nobody is told.
    const result: CloseHandlerResult = { action: CloseAction.DoNotRestart, handled: true };
    if (this.client !== client || !client.isRunning()) {
      return result; // Stopped by us, or it never started: startNow says that.
    }
    const now = Date.now();
    this.crashes = [...this.crashes.filter((then) => now - then < RESTARTS_WITHIN_MILLISECONDS), now];
    if (this.crashes.length <= RESTARTS) {
      void this.startAgain();
    } else {
      void this.stop();
      void showCrash(`Git Memory’s server ended ${this.crashes.length} times in a row: it ${this.complaint()}`);
    }
    return result;
  }

  private complaint(): string {
    const words = this.process?.lastWords ?? "";
    return words === "" ? "ended without a word." : `ended and said “${words}”.`;
  }
}

/** vscode-languageclient opens texts only: a picture is opened by whatever VS Code opens pictures with. */
const showDocument: ShowDocumentRequest.MiddlewareSignature = async (params, token, next) => {
  const shown = await next(params, token);
  const uri = vscode.Uri.parse(params.uri);
  if (("success" in shown && shown.success) || params.external === true || uri.scheme !== "file") {
    return shown;
  }
  try {
    await vscode.commands.executeCommand("vscode.open", uri);
    return { success: true };
  } catch {
    return { success: false };
  }
};

function settings(): { diagnostics: boolean } {
  return { diagnostics: vscode.workspace.getConfiguration("gitMemory").get("diagnostics", true) };
}

async function within<Result>(milliseconds: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${milliseconds / 1000} seconds`));
    }, milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
