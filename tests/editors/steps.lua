-- What the scripts of a person in Neovim share. Each tells JSON lines on standard output.
local steps = {}

function steps.tell(name, value)
  io.stdout:write(vim.json.encode({ name, value }) .. "\n")
end

function steps.wait(what, ready)
  if not vim.wait(30000, ready, 50) then
    steps.tell("timeout", what .. "; messages: " .. vim.fn.execute("messages"))
    vim.cmd("cquit 1")
  end
end

-- K, as a person presses it: the text of the floating window, or nil when none opens.
function steps.hover()
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

-- The code action of this title, chosen in the menu.
function steps.choose(title)
  vim.lsp.buf.code_action({
    filter = function(action)
      return action.title == title
    end,
    apply = true,
  })
end

-- The set-up of the README.
function steps.set_up(server)
  vim.cmd("filetype on")
  vim.lsp.config("git_memory", { cmd = { server }, root_markers = { ".git" } })
  vim.lsp.enable("git_memory")
end

return steps
