/** The palette's commands about living documents and artifacts. */
import * as vscode from "vscode";
import type { About } from "./proposals";
import type { Server } from "./server";

/** What of a living document (docs/lsp.md) is shown here. */
interface LivingDocument {
  readonly path: string;
  readonly about: string;
  readonly exists: boolean;
  readonly person: string | null;
  readonly addresses: readonly string[];
}

/** What of an artifact is shown here. */
interface Artifact {
  readonly path: string;
  readonly name: string;
  readonly media_type: string;
  readonly size: number;
}

interface PathItem extends vscode.QuickPickItem {
  readonly path: string;
}

interface AddressItem extends vscode.QuickPickItem {
  readonly address: string;
  readonly person: string | null;
}

/** Asks which document to open, those that are there first. */
export async function openDocument(server: Server, about: About): Promise<void> {
  const found = await documents(server, about);
  const items: PathItem[] = [...found.filter((one) => one.exists), ...found.filter((one) => !one.exists)].map(
    (one) => ({
      path: one.path,
      label: `$(book) ${one.path}`,
      description: one.exists ? "" : "not written yet",
      detail: one.about,
    }),
  );
  const chosen = await vscode.window.showQuickPick(items, { title: "Open which document?", matchOnDetail: true });
  if (chosen !== undefined) {
    await server.execute("gitMemory.document", about({ name: chosen.path }));
  }
}

/** Asks where something is to be noted, then for its words. */
export async function note(server: Server, about: About): Promise<void> {
  const found = await documents(server, about);
  const places = new Map(found.flatMap(addressItems).map((item) => [`${item.address} ${item.person ?? ""}`, item]));
  const chosen = await vscode.window.showQuickPick([...places.values()], {
    title: "Note where?",
    placeHolder: "patterns/testing",
    matchOnDescription: true,
  });
  if (chosen === undefined) {
    return;
  }
  const text = await vscode.window.showInputBox({
    title: `Note to ${chosen.address}`,
    prompt: "One line. It is added under that heading, as a commit on the memory branch.",
    ignoreFocusOut: true,
  });
  if (text !== undefined && text.trim() !== "") {
    const { address, person } = chosen;
    const said = { address, text: text.trim() };
    await server.execute("gitMemory.note", about(person === null ? said : { ...said, person }));
  }
}

/** Asks which artifact to show: VS Code opens pictures and texts by itself. */
export async function openArtifact(server: Server, about: About): Promise<void> {
  const found = (await server.execute<readonly Artifact[]>("gitMemory.artifacts", about({}))) ?? [];
  if (found.length === 0) {
    void vscode.window.showInformationMessage("This repository’s memory keeps no artifacts.");
    return;
  }
  const items: PathItem[] = found.map((one) => ({
    path: one.path,
    label: `$(${one.media_type.startsWith("image/") ? "file-media" : "file"}) ${one.name}`,
    description: `${one.media_type}, ${size(one.size)}`,
  }));
  const chosen = await vscode.window.showQuickPick(items, { title: "Open which artifact?" });
  if (chosen !== undefined) {
    await server.execute("gitMemory.artifact", about({ path: chosen.path }));
  }
}

async function documents(server: Server, about: About): Promise<readonly LivingDocument[]> {
  return (await server.execute<readonly LivingDocument[]>("gitMemory.documents", about({}))) ?? [];
}

/** Where can be noted in a document; each month of the log says the same. */
function addressItems(one: LivingDocument): AddressItem[] {
  const description = one.person === null ? one.path : `${one.path}, of ${one.person}`;
  return one.addresses.map((address) => ({ address, person: one.person, label: address, description }));
}

function size(bytes: number): string {
  const units = ["bytes", "KB", "MB", "GB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? String(value) : value.toFixed(1)} ${units[unit] ?? ""}`;
}
