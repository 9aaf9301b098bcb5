"""Things to touch: `page` is the explorer as one file, `server` serves it on this machine alone."""
