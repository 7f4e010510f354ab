-- A record whose lines are gone, and a cited decision that does not hold: what a person sees of it in Neovim and
-- does about it. Started by test_neovim_notices.py, prints JSON lines to standard output.
local server, payments, lost_line = vim.env.SERVER, vim.env.PAYMENTS, tonumber(vim.env.LOST_LINE)

local function tell(name, value)
  io.stdout:write(vim.json.encode({ name, value }) .. "\n")
end

local function wait(what, ready)
  if not vim.wait(30000, ready, 50) then
    tell("timeout", what .. "; messages: " .. vim.fn.execute("messages"))
    vim.cmd("cquit 1")
  end
end

local function notices()
  local found = {}
  for _, one in ipairs(vim.diagnostic.get(0)) do
    found[one.code] = { line = one.lnum + 1, severity = one.severity, message = one.message }
  end
  return found
end

local function hover()
  vim.lsp.buf.hover()
  local text
  vim.wait(1500, function()
    for _, window in ipairs(vim.api.nvim_list_wins()) do
      if vim.api.nvim_win_get_config(window).relative ~= "" then
        text = table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false), "\n")
        vim.api.nvim_win_close(window, true)
        return true
      end
    end
  end, 20)
  return text
end

local function choose(title)
  vim.lsp.buf.code_action({
    filter = function(action)
      return action.title == title
    end,
    apply = true,
  })
end

vim.cmd("filetype on")
vim.lsp.config("git_memory", { cmd = { server }, root_markers = { ".git" } })
vim.lsp.enable("git_memory")
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
