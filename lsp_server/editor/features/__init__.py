"""One file per feature of the protocol. Each takes the session and the parameters, and gives the answer,
or an awaitable of it for what takes longer than a lookup."""
