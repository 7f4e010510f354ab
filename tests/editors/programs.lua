-- A keyed value, and an error with its solution, as a person has them in Neovim. Started by
-- test_neovim_programs.py, prints JSON lines to standard output.
local server, payments = vim.env.SERVER, vim.env.PAYMENTS
local here = vim.fs.dirname(debug.getinfo(1, "S").source:sub(2))
local steps = dofile(vim.fs.joinpath(here, "steps.lua"))
local tell, wait = steps.tell, steps.wait

local function client()
  return vim.lsp.get_clients({ bufnr = 0, name = "git_memory" })[1]
end

local function run(command, argument)
  client():exec_cmd({ title = command, command = command, arguments = { argument } })
end

local function shows(pattern)
  wait(pattern .. " to be shown", function()
    return vim.fs.basename(vim.api.nvim_buf_get_name(0)):find(pattern) ~= nil and client() ~= nil
  end)
end

local function said(words)
  wait("the word: " .. words, function()
    return vim.fn.execute("messages"):find(words, 1, true) ~= nil
  end)
end

local function text()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n")
end

steps.set_up(server)
vim.cmd.edit(payments)
wait("the client to attach", function()
  return client() ~= nil
end)
local here_uri = vim.uri_from_fname(payments)

run("gitMemory.values", { uri = here_uri })
shows("^values%.md$")
tell("values", text())
vim.fn.search("shop:currency")
wait("the value", function()
  vim.lsp.buf.definition()
  return vim.wait(1500, function()
    return vim.api.nvim_buf_get_name(0):find("/shop%.currency%-") ~= nil
  end, 20)
end)
tell("filetype", vim.bo.filetype)
vim.cmd([[%s/"EUR"/"CHF"/]])
vim.cmd.write()
said("tored shop:currency")

run("gitMemory.errors", { uri = here_uri })
shows("^errors%.md$")
tell("errors", text())
vim.fn.search("^## ")
wait("the draft", function()
  steps.choose("Record a solution")
  return vim.wait(1500, function()
    return vim.api.nvim_buf_get_name(0):find("/solution%-") ~= nil
  end, 20)
end)
vim.api.nvim_buf_set_lines(0, 0, 1, false, { "# Ask the other bank" })
vim.cmd.write()
said("ecorded the solution")
vim.cmd("qall!")
