-- Living documents and the start of a session, as a person has them in Neovim. Started by
-- test_neovim_documents.py, prints JSON lines to standard output.
local server, payments = vim.env.SERVER, vim.env.PAYMENTS
local here = vim.fs.dirname(debug.getinfo(1, "S").source:sub(2))
local steps = dofile(vim.fs.joinpath(here, "steps.lua"))
local tell, wait, hover = steps.tell, steps.wait, steps.hover

local function client()
  return vim.lsp.get_clients({ bufnr = 0, name = "git_memory" })[1]
end

local function run(command, argument)
  client():exec_cmd({ title = command, command = command, arguments = { argument } })
end

local function shows(name)
  wait(name .. " to be shown", function()
    return vim.fs.basename(vim.api.nvim_buf_get_name(0)) == name and client() ~= nil
  end)
end

-- What is proposed at the cursor; the one that is called so is taken.
local function complete(label)
  local params = vim.lsp.util.make_position_params(0, client().offset_encoding)
  local answer = client():request_sync("textDocument/completion", params, 20000, vim.api.nvim_get_current_buf())
  local labels = {}
  for _, item in ipairs(answer.result or {}) do
    table.insert(labels, item.label)
    if item.label == label then
      vim.lsp.util.apply_text_edits({ item.textEdit }, vim.api.nvim_get_current_buf(), client().offset_encoding)
    end
  end
  return labels
end

steps.set_up(server)
vim.cmd.edit(payments)
wait("the client to attach", function()
  return client() ~= nil
end)
local here_uri = vim.uri_from_fname(payments)

run("gitMemory.document", { name = "patterns", uri = here_uri })
shows("patterns-learned.md")
tell("filetype", vim.bo.filetype)
vim.api.nvim_buf_set_lines(0, 0, -1, false, { "# Learned Patterns", "", "## Testing Patterns", "- Real git", "", "#" })
vim.o.virtualedit = "onemore" -- the cursor behind the last character, where it is while one types
vim.api.nvim_win_set_cursor(0, { 6, 1 })
tell("sections", complete("Anti-Patterns (Things That Don't Work)"))
vim.api.nvim_buf_set_lines(0, -1, -1, false, { "- A lock without an end" })
local symbols
vim.lsp.buf.document_symbol({
  on_list = function(list)
    symbols = vim.tbl_map(function(item)
      return vim.trim(item.text)
    end, list.items)
  end,
})
wait("the symbols", function()
  return symbols ~= nil
end)
tell("symbols", symbols)
vim.cmd.write()
wait("the word that it is saved", function()
  return vim.fn.execute("messages"):find("aved patterns%-learned") ~= nil
end)

-- As in docs/lsp.md: what a command wrote is read again.
vim.api.nvim_create_autocmd("LspRequest", {
  callback = function(event)
    local request = event.data.request
    if request.type == "complete" and request.method == "workspace/executeCommand" then
      vim.schedule(vim.cmd.checktime)
    end
  end,
})
run("gitMemory.note", { address = "patterns/testing", text = "No mocks", uri = here_uri })
wait("the note in the open document", function()
  return vim.fn.search("^- No mocks$", "nw") > 0
end)
tell("noted", table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n"))
tell("modified", vim.bo.modified)

vim.cmd.edit(payments)
run("gitMemory.sessionStart", { goal = "Charge once", uri = here_uri })
shows("session-start.md")
tell("briefing", table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n"))
tell("read-only", vim.bo.readonly)
vim.fn.search("BUG-1")
tell("hover", hover() or vim.NIL)
wait("the bug", function()
  vim.lsp.buf.definition()
  return vim.wait(1500, function()
    return vim.api.nvim_buf_get_name(0):find("/BUG%-") ~= nil
  end, 20)
end)
tell("definition", vim.api.nvim_buf_get_name(0))

run("gitMemory.checklist", { uri = here_uri })
shows("checklist.md")
tell("checklist", table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n"))
vim.cmd("qall!")
