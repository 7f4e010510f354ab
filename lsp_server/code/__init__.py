"""The user's code as git sees it: where lines were born, where anchors are today, what changed."""
