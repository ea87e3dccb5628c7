// The product cards of what is in the picture now: copies of the cards further down the page.
export class Moment {
  constructor(box, cards) {
    this.list = box.querySelector("#now-cards");
    this.nothing = box.querySelector("#now-empty");
    this.cards = cards;
    this.shown = new Map();
    box.hidden = false;
  }

  // Shows the cards of the tracks in `numbers`. A card that holds the focus stays until the focus has left it.
  show(numbers) {
    for (const [link, copy] of this.shown) {
      if (!numbers.has(Number(copy.dataset.track)) && !copy.contains(document.activeElement)) {
        copy.remove();
        this.shown.delete(link);
      }
    }
    for (const card of this.cards) {
      if (numbers.has(Number(card.dataset.track)) && !this.shown.has(card.dataset.link)) {
        this.add(card);
      }
    }
    this.nothing.hidden = this.shown.size > 0;
  }

  add(card) {
    const copy = card.cloneNode(true);
    this.list.append(copy);
    this.shown.set(card.dataset.link, copy);
    window.htmx?.process(copy);
  }
}
