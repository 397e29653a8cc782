/**
 * What a script begins with that is used at once and whole: Chromium then compiles it while it comes, off the main
 * thread, instead of each function when it is first called, on it. That was a seventh of the first picture.
 */
export const AT_ONCE = "//# allFunctionsCalledOnLoad\n";
