-- What a person does in Neovim, written down: started by test_neovim.py, prints JSON lines to standard output.
local server, payments, key_line, free_line, title =
  vim.env.SERVER, vim.env.PAYMENTS, tonumber(vim.env.KEY_LINE), tonumber(vim.env.FREE_LINE), vim.env.TITLE
local here = vim.fs.dirname(debug.getinfo(1, "S").source:sub(2))
local steps = dofile(vim.fs.joinpath(here, "steps.lua"))
local tell, wait, hover, choose = steps.tell, steps.wait, steps.hover, steps.choose

local function hover_with(words)
  local text
  wait("hover with " .. words, function()
    text = hover()
    return text ~= nil and text:find(words, 1, true) ~= nil
  end)
  return text
end

steps.set_up(server)

vim.cmd.edit(payments)
wait("the client to attach", function()
  return #vim.lsp.get_clients({ bufnr = 0, name = "git_memory" }) == 1
end)
vim.api.nvim_win_set_cursor(0, { key_line, 8 })
tell("hover", hover_with("ADR-0001"))

vim.api.nvim_win_set_cursor(0, { free_line, 0 })
tell("hover on a line without memory", hover() or vim.NIL)
choose("Record a decision here")
wait("the draft", function()
  return vim.api.nvim_buf_get_name(0):find("git%-memory/drafts/") ~= nil
end)
tell("draft", vim.api.nvim_buf_get_name(0))
wait("the client to attach to the draft", function()
  return #vim.lsp.get_clients({ bufnr = 0, name = "git_memory" }) == 1
end)
tell("servers", #vim.lsp.get_clients())

vim.fn.search("^# $")
vim.cmd.normal({ args = { "A" .. title }, bang = true })
vim.cmd.write()
wait("the word that it is recorded", function()
  return vim.fn.execute("messages"):find("ecorded") ~= nil
end)
tell("messages", vim.fn.execute("messages"))

vim.cmd.edit(payments)
vim.api.nvim_win_set_cursor(0, { free_line, 0 })
tell("hover on the new line", hover_with(title))

-- The definition of a label opens the record's file.
vim.cmd.edit(vim.fs.joinpath(vim.fs.dirname(vim.fs.dirname(payments)), "README.md"))
vim.fn.search("ADR-1")
wait("the record", function()
  vim.lsp.buf.definition()
  return vim.wait(1500, function()
    return vim.api.nvim_buf_get_name(0):find("ADR%-0001") ~= nil
  end, 20)
end)
tell("definition", vim.api.nvim_buf_get_name(0))
vim.cmd("qall!")
