"""Why a request for pages failed, by the rules of the kernel that failed it: read off its own report."""
