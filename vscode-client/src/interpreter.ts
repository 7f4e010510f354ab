/**
 * Finds what starts the language server: a `git-memory-lsp` program, or a Python that has it installed.
 *
 * Everything here is resolved to an absolute path before it is run, because a program's bare name may be
 * looked up in the current folder, which is somebody's repository.
 */
import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { homedir } from "node:os";
import * as path from "node:path";
import * as vscode from "vscode";

/** How to start the server, and where we know that from (a clause for the output). */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly from: string;
}

/** Why the server cannot be started. */
export type Problem =
  | { readonly kind: "noPython" }
  | { readonly kind: "tooOld"; readonly python: string; readonly version: string }
  | { readonly kind: "notInstalled"; readonly python: string }
  | { readonly kind: "badSetting"; readonly setting: string; readonly value: string; readonly why: string };

export type Search = { readonly launch: Launch } | { readonly problem: Problem };

/** What a Python says about itself. */
export interface Python {
  readonly path: string;
  readonly version: string;
  readonly recentEnough: boolean;
  readonly hasServer: boolean;
}

// `-E` ignores PYTHONPATH and its like, and the current folder is taken off the import path: a file of the
// repository must never be imported instead of a library. `-I` would do both, but it also hides what
// `pip install --user` installed.
const ISOLATED = ["-E", "-c"];
const WITHOUT_CURRENT_FOLDER = "import sys; sys.path[:] = [p for p in sys.path if p]";
const START = `${WITHOUT_CURRENT_FOLDER}; from lsp_server.editor import main; sys.exit(main())`;
const PROBE =
  `${WITHOUT_CURRENT_FOLDER}; import importlib.util as u; v = sys.version_info; ` +
  `print("%d.%d.%d" % v[:3], int(v >= (3, 10)), int(bool(u.find_spec("lsp_server") and u.find_spec("pygls"))))`;
const PROBE_MILLISECONDS = 20_000;

/** Looks in this order: settings, the Python extension's choice, `git-memory-lsp` on PATH, Python on PATH. */
export async function findLaunch(folder: vscode.Uri | undefined): Promise<Search> {
  return (await fromServerSetting(folder)) ?? (await fromInterpreterSetting(folder)) ?? (await fromMachine(folder));
}

/** Every Python that a person may want to choose, as it is now. */
export async function knownPythons(folder: vscode.Uri | undefined): Promise<Python[]> {
  const chosen = await pythonExtensionsChoice(folder);
  const paths = new Set([...(chosen === undefined ? [] : [chosen]), ...(await onPath(PYTHON_NAMES))]);
  const pythons = await Promise.all([...paths].map(askPython));
  return pythons.filter((python) => python !== undefined);
}

/** What the Python at `command` says about itself; undefined when it is not a Python that runs. */
export async function askPython(command: string): Promise<Python | undefined> {
  const answer = await new Promise<string>((resolve) => {
    execFile(command, [...ISOLATED, PROBE], { cwd: homedir(), timeout: PROBE_MILLISECONDS }, (error, output) => {
      resolve(error === null ? output : "");
    });
  });
  const said = /^(\d+\.\d+\.\d+) ([01]) ([01])\s*$/.exec(answer);
  if (said === null) {
    return undefined;
  }
  return { path: command, version: said[1] ?? "", recentEnough: said[2] === "1", hasServer: said[3] === "1" };
}

async function fromServerSetting(folder: vscode.Uri | undefined): Promise<Search | undefined> {
  const value = setting("server.path", folder);
  if (value === "") {
    return undefined;
  }
  const command = expand(value, folder);
  if (!(await isExecutable(command))) {
    return wrong("server.path", value, "there is no program at that path");
  }
  return { launch: { command, args: [], from: "the setting gitMemory.server.path" } };
}

async function fromInterpreterSetting(folder: vscode.Uri | undefined): Promise<Search | undefined> {
  const value = setting("interpreter", folder);
  if (value === "") {
    return undefined;
  }
  const command = expand(value, folder);
  if (!(await isExecutable(command))) {
    return wrong("interpreter", value, "there is no program at that path");
  }
  const python = await askPython(command);
  if (python === undefined) {
    return wrong("interpreter", value, "it is not a Python that runs");
  }
  return usable(python, "the setting gitMemory.interpreter");
}

async function fromMachine(folder: vscode.Uri | undefined): Promise<Search> {
  const problems: Problem[] = [];
  const tryPython = async (command: string, from: string): Promise<Search | undefined> => {
    const python = await askPython(command);
    if (python === undefined) {
      return undefined;
    }
    const search = usable(python, from);
    if ("problem" in search) {
      problems.push(search.problem);
      return undefined;
    }
    return search;
  };

  const chosen = await pythonExtensionsChoice(folder);
  if (chosen !== undefined) {
    const search = await tryPython(chosen, "the Python extension's choice");
    if (search !== undefined) {
      return search;
    }
  }
  const [program] = await onPath(["git-memory-lsp"]);
  if (program !== undefined) {
    return { launch: { command: program, args: [], from: "PATH" } };
  }
  for (const command of await onPath(PYTHON_NAMES)) {
    const search = await tryPython(command, "PATH");
    if (search !== undefined) {
      return search;
    }
  }
  // A Python that only lacks the package is nearer to working than one that is too old.
  return { problem: problems.find((p) => p.kind === "notInstalled") ?? problems[0] ?? { kind: "noPython" } };
}

function usable(python: Python, from: string): Search {
  if (!python.recentEnough) {
    return { problem: { kind: "tooOld", python: python.path, version: python.version } };
  }
  if (!python.hasServer) {
    return { problem: { kind: "notInstalled", python: python.path } };
  }
  return { launch: { command: python.path, args: [...ISOLATED, START], from } };
}

function wrong(name: string, value: string, why: string): Search {
  return { problem: { kind: "badSetting", setting: `gitMemory.${name}`, value, why } };
}

function setting(name: string, folder: vscode.Uri | undefined): string {
  return vscode.workspace.getConfiguration("gitMemory", folder).get<string>(name, "").trim();
}

function expand(value: string, folder: vscode.Uri | undefined): string {
  const home = value.replace(/^~(?=[\\/]|$)/, () => homedir());
  const inFolder = home.replaceAll("${workspaceFolder}", () => folder?.fsPath ?? "");
  return path.resolve(folder?.fsPath ?? homedir(), inFolder);
}

/** The part of the Python extension's public API that we use. */
interface PythonApi {
  readonly environments?: { getActiveEnvironmentPath(resource?: vscode.Uri): { readonly path: string } };
}

async function pythonExtensionsChoice(folder: vscode.Uri | undefined): Promise<string | undefined> {
  const extension = vscode.extensions.getExtension<PythonApi>("ms-python.python");
  if (extension === undefined) {
    return undefined;
  }
  try {
    const api = await extension.activate();
    const chosen = api.environments?.getActiveEnvironmentPath(folder).path;
    // A folder is an environment without a Python in it; a bare name is "whatever is on PATH".
    return chosen !== undefined && path.isAbsolute(chosen) && (await isExecutable(chosen)) ? chosen : undefined;
  } catch {
    return undefined; // Another extension's fault must not keep ours from looking further.
  }
}

const PYTHON_NAMES = ["python3", "python"];

/** The programs of these names on PATH, first found first; relative entries and open folders are left out. */
async function onPath(names: readonly string[]): Promise<string[]> {
  const endings = process.platform === "win32" ? [".exe"] : [""];
  const found: string[] = [];
  for (const directory of (process.env["PATH"] ?? "").split(path.delimiter)) {
    if (!path.isAbsolute(directory) || isInOpenFolder(directory)) {
      continue;
    }
    for (const name of names) {
      for (const ending of endings) {
        const program = path.join(directory, name + ending);
        if (!found.includes(program) && (await isExecutable(program))) {
          found.push(program);
        }
      }
    }
  }
  return found;
}

function isInOpenFolder(directory: string): boolean {
  return vscode.workspace.getWorkspaceFolder(vscode.Uri.file(directory)) !== undefined;
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
