/** VS Code lists the headings of Markdown itself: ours would stand beside them a second time. */
import * as vscode from "vscode";
import type { ProvideDocumentSymbolsSignature } from "vscode-languageclient/node";

type Listed = vscode.DocumentSymbol | vscode.SymbolInformation;

/** Asks the server for the symbols of a document, and leaves to VS Code what it shows already. */
export async function provideDocumentSymbols(
  document: vscode.TextDocument,
  token: vscode.CancellationToken,
  next: ProvideDocumentSymbolsSignature,
): Promise<vscode.DocumentSymbol[] | vscode.SymbolInformation[] | null | undefined> {
  const found = await next(document, token);
  if (!found || document.languageId !== "markdown" || document.uri.scheme !== "file") {
    return found;
  }
  return (found as Listed[]).flatMap(besideHeadings);
}

/** What is below a heading comes in its place: the keys of a front matter, and fields. */
function besideHeadings(symbol: Listed): vscode.DocumentSymbol[] {
  if (!(symbol instanceof vscode.DocumentSymbol)) {
    return [];
  }
  return symbol.kind === vscode.SymbolKind.String ? symbol.children.flatMap(besideHeadings) : [symbol];
}
