// Where an object is between two observations. `boxes` holds rows of [at_ms, x, y, width, height], in order of time.

// An object that was seen in a single picture is shown for this long.
const SHORTEST_MS = 250;

export function boxAt(appearance, atMs) {
  const end = Math.max(appearance.end_ms, appearance.start_ms + SHORTEST_MS);
  const { boxes } = appearance;
  if (atMs < appearance.start_ms || atMs >= end || boxes.length === 0) {
    return null;
  }
  const after = indexAfter(boxes, atMs);
  if (after === 0) {
    return boxes[0].slice(1);
  }
  const [fromMs, ...from] = boxes[after - 1];
  if (after === boxes.length) {
    return from;
  }
  const [toMs, ...to] = boxes[after];
  const share = (atMs - fromMs) / (toMs - fromMs);
  return from.map((value, index) => value + (to[index] - value) * share);
}

function indexAfter(boxes, atMs) {
  let low = 0;
  let high = boxes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (boxes[middle][0] <= atMs) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
