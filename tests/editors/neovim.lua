-- What a person does in Neovim, written down: started by test_neovim.py, prints JSON lines to standard output.
local server, payments, key_line, free_line, title =
  vim.env.SERVER, vim.env.PAYMENTS, tonumber(vim.env.KEY_LINE), tonumber(vim.env.FREE_LINE), vim.env.TITLE

local function tell(name, value)
  io.stdout:write(vim.json.encode({ name, value }) .. "\n")
end

local function wait(what, ready)
  if not vim.wait(30000, ready, 50) then
    tell("timeout", what .. "; messages: " .. vim.fn.execute("messages"))
    vim.cmd("cquit 1")
  end
end

-- K, as a person presses it: the text of the floating window, or nil when none opens.
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

local function hover_with(words)
  local text
  wait("hover with " .. words, function()
    text = hover()
    return text ~= nil and text:find(words, 1, true) ~= nil
  end)
  return text
end

-- The set-up of the README.
vim.cmd("filetype on")
vim.lsp.config("git_memory", { cmd = { server }, root_markers = { ".git" } })
vim.lsp.enable("git_memory")

vim.cmd.edit(payments)
wait("the client to attach", function()
  return #vim.lsp.get_clients({ bufnr = 0, name = "git_memory" }) == 1
end)
vim.api.nvim_win_set_cursor(0, { key_line, 8 })
tell("hover", hover_with("ADR-0001"))

vim.api.nvim_win_set_cursor(0, { free_line, 0 })
tell("hover on a line without memory", hover() or vim.NIL)
vim.lsp.buf.code_action({
  filter = function(action)
    return action.title == "Record a decision here"
  end,
  apply = true,
})
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
