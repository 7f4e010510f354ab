/** The language server's life: found, started, restarted when it dies, stopped. */
import { homedir } from "node:os";
import * as vscode from "vscode";
import {
  CloseAction,
  type CloseHandlerResult,
  ErrorAction,
  ExecuteCommandRequest,
  LanguageClient,
  RevealOutputChannelOn,
  TransportKind,
} from "vscode-languageclient/node";
import { describe, showCrash, showProblem } from "./failure";
import { findLaunch, type Launch } from "./interpreter";
import { currentFolder } from "./repository";

const RESTARTS = 3;
const RESTARTS_WITHIN_MILLISECONDS = 180_000;
const STOP_MILLISECONDS = 5_000;

/** vscode-languageclient's own error messages show a stack; ours say what to do, so its go to the output. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

export class Server implements vscode.Disposable {
  private client: LanguageClient | undefined;
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
    await this.inTurn(async () => {
      await this.stopNow();
      await this.startNow();
    });
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

  private async startNow(): Promise<void> {
    if (this.running) {
      return;
    }
    const search = await findLaunch(currentFolder());
    if ("problem" in search) {
      this.output.error(describe(search.problem));
      // Not awaited: a message stays until it is answered, and a restart must not wait for that.
      void showProblem(search.problem);
      return;
    }
    const { launch } = search;
    this.output.info(`Starting ${launch.command} (from ${launch.from})`);
    const client = this.newClient(launch);
    this.client = client;
    try {
      await client.start();
      await vscode.commands.executeCommand("setContext", "gitMemory.running", true);
    } catch (error) {
      this.client = undefined;
      this.output.error(String(error));
      void showCrash(`Git Memory’s server did not start: ${launch.command} ended before it was ready.`);
    }
  }

  private async stopNow(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    await vscode.commands.executeCommand("setContext", "gitMemory.running", false);
    if (client?.isRunning() === true) {
      await client.stop(STOP_MILLISECONDS);
    }
    await client?.dispose();
  }

  private newClient(launch: Launch): LanguageClient {
    const client: LanguageClient = new QuietClient(
      "gitMemory",
      "Git Memory",
      {
        command: launch.command,
        args: [...launch.args],
        transport: TransportKind.stdio,
        // Never the repository: a program started there may take its files for its own.
        options: { cwd: homedir(), env: serverEnvironment() },
      },
      {
        documentSelector: [{ scheme: "file" }],
        outputChannel: this.output,
        revealOutputChannelOn: RevealOutputChannelOn.Never,
        initializationFailedHandler: () => false,
        errorHandler: {
          error: () => ({ action: ErrorAction.Continue, handled: true }),
          closed: () => this.closed(client),
        },
      },
    );
    return client;
  }

  private closed(client: LanguageClient): CloseHandlerResult {
    const stays: CloseHandlerResult = { action: CloseAction.DoNotRestart, handled: true };
    if (this.client !== client || !client.isRunning()) {
      return stays; // Stopped by us, or it never started: startNow says that.
    }
    const now = Date.now();
    this.crashes = [...this.crashes.filter((then) => now - then < RESTARTS_WITHIN_MILLISECONDS), now];
    if (this.crashes.length <= RESTARTS) {
      // Ours, not the client's own restart: when that fails, nobody is told.
      void this.inTurn(async () => {
        await this.stopNow();
        await this.startNow();
      });
      return stays;
    }
    this.client = undefined;
    void vscode.commands.executeCommand("setContext", "gitMemory.running", false);
    void showCrash(`Git Memory’s server ended ${this.crashes.length} times within three minutes and stays off.`);
    return stays;
  }
}

/** The environment without what would change which Python code is run. */
function serverEnvironment(): NodeJS.ProcessEnv {
  const environment = { ...process.env };
  for (const name of ["PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONINSPECT"]) {
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- an undefined value would be passed on
    delete environment[name];
  }
  return environment;
}
