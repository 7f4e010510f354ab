"""Everything that programs remember by the thousand: typed memories in a local journal."""
