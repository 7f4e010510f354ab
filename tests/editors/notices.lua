-- A record whose lines are gone, and a cited decision that does not hold: what a person sees of it in Neovim and
-- does about it. Started by test_neovim_notices.py, prints JSON lines to standard output.
local server, payments, lost_line = vim.env.SERVER, vim.env.PAYMENTS, tonumber(vim.env.LOST_LINE)
local here = vim.fs.dirname(debug.getinfo(1, "S").source:sub(2))
local steps = dofile(vim.fs.joinpath(here, "steps.lua"))
local tell, wait, hover, choose = steps.tell, steps.wait, steps.hover, steps.choose

local function notices()
  local found = {}
  for _, one in ipairs(vim.diagnostic.get(0)) do
    found[one.code] = { line = one.lnum + 1, severity = one.severity, message = one.message }
  end
  return found
end

steps.set_up(server)
vim.cmd.edit(payments)
wait("the notice of the lost lines", function()
  return notices()["stale-anchor"] ~= nil
end)
tell("stale", notices()["stale-anchor"])

vim.api.nvim_win_set_cursor(0, { lost_line, 4 })
tell("hover", hover() or vim.NIL)

-- Typing above moves the notice; a citation is noticed while it is typed, and has its fix.
vim.api.nvim_buf_set_lines(0, 0, 0, false, { "# as ADR-2 says" })
wait("the notice of the superseded decision", function()
  return notices()["superseded"] ~= nil and notices()["stale-anchor"].line == lost_line + 1
end)
tell("superseded", notices()["superseded"])
vim.api.nvim_buf_set_lines(0, 0, 1, false, {})
wait("the notice to go", function()
  return notices()["superseded"] == nil
end)

vim.cmd.write()
vim.api.nvim_win_set_cursor(0, { lost_line, 4 })
choose("Re-anchor ADR-0001 here")
wait("the notice of the lost lines to go", function()
  return vim.fn.execute("messages"):find("nchored ADR%-0001") ~= nil and next(notices()) == nil
end)
tell("hover after", hover() or vim.NIL)
choose("Retire the anchor of ADR-0001")
wait("the word that it is retired", function()
  return vim.fn.execute("messages"):find("not anchored at") ~= nil
end)
tell("messages", vim.fn.execute("messages"))
vim.cmd("qall!")
