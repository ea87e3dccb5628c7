// A rule's text cut into words and signs, and what each is: the browser's half of `catalog/rules/editing.py`, so that the
// colours keep up with the typing. A test holds the two to the same answer.
const PIECE = new RegExp(
  [
    String.raw`(?<comment>\/\/[^\n]*)`,
    String.raw`(?<string>[rR][bB]?"[^"\n]*"|[rR][bB]?'[^'\n]*'|[bB]?"""(?:[^\\]|\\[^])*?"""|[bB]?'''(?:[^\\]|\\[^])*?'''|[bB]?"(?:[^"\\\n]|\\[^])*"|[bB]?'(?:[^'\\\n]|\\[^])*')`,
    String.raw`(?<unknown>[rRbB]{0,2}["'][^\n]*)`,
    String.raw`(?<number>0x[0-9a-fA-F]+[uU]?|(?:[0-9]+\.[0-9]+|\.[0-9]+|[0-9]+)(?:[eE][+\-]?[0-9]+)?[uU]?)`,
    String.raw`(?<name>[A-Za-z_][A-Za-z0-9_]*)`,
    String.raw`(?<slip>===|!==|<>|=>|=<|=(?!=))`,
    String.raw`(?<operator>&&|\|\||==|!=|<=|>=|[\-<>!+*\/%?:])`,
    String.raw`(?<bracket>[()\[\]{},.])`,
    String.raw`(?<other>\S)`,
  ].join("|"),
  "gu",
);
const KEYWORDS = new Set(["true", "false", "in"]);
const QUANTORS = new Set(["exists", "all"]);

// Returns [{start, end, kind}] in UTF-16 units. `names` has sets of what the language knows: fact, known, function, method,
// and asking: the functions whose second argument names a list.
export function tokens(text, names) {
  const pieces = [...text.matchAll(PIECE)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    text: match[0],
    shape: Object.entries(match.groups).find(([, found]) => found !== undefined)[0],
  }));
  const items = itemNames(pieces, names);
  return pieces.map((piece, at) => ({ start: piece.start, end: piece.end, kind: kindOf(pieces, at, names, items) }));
}

function itemNames(pieces, names) {
  const found = new Set();
  for (let at = 0; at + 2 < pieces.length; at += 1) {
    const [method, bracket, name] = pieces.slice(at, at + 3);
    if (QUANTORS.has(method.text) && bracket.text === "(" && name.shape === "name" && !names.fact.has(name.text)) {
      found.add(name.text);
    }
  }
  return found;
}

function kindOf(pieces, at, names, items) {
  const piece = pieces[at];
  if (piece.shape === "string" && names.asking.has(functionAsking(pieces, at))) {
    return "list";
  }
  if (piece.shape !== "name") {
    return ["slip", "other"].includes(piece.shape) ? "unknown" : piece.shape;
  }
  if (at > 0 && pieces[at - 1].text === ".") {
    return names.method.has(piece.text) ? "method" : "unknown";
  }
  if (items.has(piece.text)) {
    return "item";
  }
  const kind = ["fact", "known", "function"].find((each) => names[each].has(piece.text));
  return kind ?? (KEYWORDS.has(piece.text) ? "keyword" : "unknown");
}

// The function in whose brackets, after one comma, the piece stands.
function functionAsking(pieces, end) {
  let depth = 0;
  let commas = 0;
  for (let at = end - 1; at >= 0; at -= 1) {
    const text = pieces[at].shape === "bracket" ? pieces[at].text : "";
    if ([")", "]", "}"].includes(text)) {
      depth += 1;
    } else if (["(", "[", "{"].includes(text)) {
      if (depth === 0) {
        const isCall = text === "(" && at > 0 && pieces[at - 1].shape === "name" && commas === 1;
        return isCall ? pieces[at - 1].text : "";
      }
      depth -= 1;
    } else if (text === "," && depth === 0) {
      commas += 1;
    }
  }
  return "";
}
