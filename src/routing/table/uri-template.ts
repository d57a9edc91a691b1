/**
 * Envoy's URI templates (`envoy.path.match.uri_template`): `*` is one segment, `**` the rest, `{name}` or `{name=pattern}` names it.
 * The characters a wildcard takes are those of source/extensions/path/uri_template_lib.
 */
const literal = "a-zA-Z0-9\\-._~%!$&'()+,;:@=";

/** A template as a regular expression with named groups, and the names in it. */
export function templateRegex(template: string): string {
  let out = '';
  for (let at = 0; at < template.length; ) {
    const rest = template.slice(at);
    const variable = /^\{([a-zA-Z0-9_]+)(?:=([^}]*))?\}/.exec(rest);
    if (variable) {
      out += `(?P<${variable[1]}>${variable[2] === undefined ? `[${literal}]+` : templateRegex(variable[2])})`;
      at += variable[0].length;
    } else if (rest.startsWith('**')) {
      out += `[${literal}/]*`;
      at += 2;
    } else if (rest.startsWith('*')) {
      out += `[${literal}]+`;
      at += 1;
    } else {
      out += rest.charAt(0).replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');
      at += 1;
    }
  }
  return out;
}

/** The names of a template's variables, in order: the groups of its regular expression. */
export function templateNames(template: string): readonly string[] {
  return [...template.matchAll(/\{([a-zA-Z0-9_]+)(?:=[^}]*)?\}/g)].map((match) => match[1] ?? '');
}
