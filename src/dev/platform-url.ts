/** Takes the place of the package `whatwg-url` in the bundle: the platform has had it since long (and without punycode). */
export const { URL, URLSearchParams } = globalThis;
