"""Memory of programs: values under keys, in whichever storage, and what applications keep in them."""
