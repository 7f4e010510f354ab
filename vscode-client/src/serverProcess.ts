/** The server's process: started away from the repository, heard when it complains, ended for sure. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { homedir } from "node:os";
import type { Launch } from "./interpreter";

export class ServerProcess {
  /** The last line it wrote to standard error: usually what went wrong. */
  lastWords = "";

  private constructor(readonly child: ChildProcessWithoutNullStreams) {
    child.stderr.on("data", (data: Buffer) => {
      this.lastWords = data.toString("utf8").trimEnd().split("\n").at(-1)?.trim() ?? "";
    });
  }

  /** Throws when the program cannot be started at all. */
  static async start(launch: Launch): Promise<ServerProcess> {
    // The folder is never the repository: a program started there may take its files for its own.
    const child = spawn(launch.command, [...launch.args], { cwd: homedir(), env: environment() });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    // A pipe that breaks is told by the connection; unheard, it would take the extension host down.
    child.stdin.on("error", () => undefined);
    return new ServerProcess(child);
  }

  /** Waits a moment for it to end by itself, and kills it then. */
  async ended(milliseconds: number): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) {
      return;
    }
    await new Promise<void>((resolve) => {
      const impatient = setTimeout(() => this.child.kill("SIGKILL"), milliseconds);
      this.child.once("close", () => {
        clearTimeout(impatient);
        resolve();
      });
    });
  }
}

/** The environment without what would change which Python code is run. */
function environment(): NodeJS.ProcessEnv {
  const unwanted = ["PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONINSPECT"];
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !unwanted.includes(name)));
}
