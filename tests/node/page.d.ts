// The scripts of static/js may rely on these: the elements that templates mark for them, the controls of their
// forms, the events they hear. Only tsc reads this; tests/test_house.py looks each mark up in the templates.

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** A form, by the controls that it always has and those that it may have. */
type Form<Name extends string = never, Perhaps extends string = never> = {
  getAttribute(name: "action"): string;
} & HTMLFormElement & {
    readonly elements: HTMLFormControlsCollection &
      Readonly<Record<Name | "csrfmiddlewaretoken", HTMLInputElement>> &
      Readonly<Partial<Record<Perhaps, HTMLInputElement>>>;
  };

/** A question in a list: a form that saves itself. */
type Row = Has<"[data-qlink]" | ".qbody"> &
  Form<"base", "reason"> &
  Data<"q" | "key"> & { readonly dataset: { dirty?: "typed" | "sent" | "chosen" } };

type PasskeyButton = HTMLButtonElement & {
  readonly dataset: {
    passkey?: string;
    passkeyNew?: string;
    passkeyStep?: string;
    passkeyIn?: string;
  };
  readonly form: Form<"passkey" | "said" | "credential">;
};

/** The box that picks a question. */
type PickBox = Found<"[data-pick]">;

/** What this device keeps of a row until it is saved (box.js). */
interface Kept {
  base: string;
  touched: [string, string[]][];
  tried: [string, string][] | null;
  quiet: boolean;
  stuck?: boolean;
  isOver?: boolean;
}

/** A file on its way, in the list of them (uploads.js). */
type UploadItem = Has<"bdi" | "progress" | "[data-said]" | "[data-cancel]" | "[data-retry]"> &
  HTMLElement;

/** A comment that is not sent, and where it is written (drafts.js). */
interface Draft {
  text: string;
  name?: string;
  at?: string;
}

/** A question or a section in the outline of a draft. */
type Item = Has<".grip"> &
  HTMLElement & {
    readonly dataset: { item?: string; limb?: string; title?: string };
    readonly parentElement: HTMLElement & { readonly dataset: { name?: string; branch?: string } };
  };

/** Elements by the attribute or class that marks them, where they are more than an HTML element. */
interface Marks {
  "data-after": HTMLAnchorElement;
  "data-all-of": { closest(selectors: "form"): HTMLFormElement } & Has<"input"> & HTMLLabelElement;
  "data-anew": HTMLInputElement;
  "data-below": HTMLAnchorElement;
  "data-bulkbar": Has<"[data-picked-count]" | "[data-picked-open]"> & HTMLElement;
  "data-bulkform": Form<"what", "reason">;
  "data-combo": HTMLInputElement;
  "data-chooses": Form & Data<"chooses" | "of">;
  "data-copy": HTMLButtonElement;
  "data-find-dialog": Has<'[role="listbox"]' | '[role="status"]'> &
    HTMLDialogElement &
    Data<"script">;
  "data-ev-day": HTMLInputElement;
  "data-ev-files": HTMLInputElement;
  "data-ev-q": HTMLInputElement;
  "data-evbox": Data<"evbox">;
  "data-go-on": HTMLButtonElement;
  "data-grip": HTMLTemplateElement;
  "data-item": Item;
  "data-autosave": Marks["data-keep"] & Data<"keep">;
  "data-keep": Form & Data<"at" | "name"> & { readonly dataset: { shape?: string } };
  "data-limb": Item;
  "data-menu": HTMLSelectElement | HTMLInputElement;
  "data-mentions": HTMLTextAreaElement;
  "data-move": Form<"status">;
  "data-one-file": Form;
  "data-carry": Form;
  "data-outline-form": Form<"part" | "key" | "section" | "behind">;
  "data-pane": { closest(selectors: "tr"): HTMLTableRowElement } & HTMLAnchorElement;
  "data-panel-of": Data<"name">;
  "data-passkey": PasskeyButton;
  "data-passkey-new": PasskeyButton;
  "data-pick": { closest(selectors: "li"): HTMLLIElement } & HTMLInputElement;
  "data-pick-all": HTMLInputElement & Data<"count">;
  "data-pick-section": HTMLInputElement & Data<"count">;
  "data-presence": Form<"answer">;
  "data-q": Row;
  "data-qlink": HTMLAnchorElement;
  "data-read-file": HTMLInputElement & { readonly form: Form<"metadata"> };
  "data-section-link": HTMLAnchorElement;
  "data-settles": Form;
  "data-single-keys": HTMLInputElement;
  "data-step": HTMLElement;
  "data-steps": HTMLFormElement;
  "data-take": HTMLAnchorElement & Data<"below">;
  "data-unsaved": Marks["data-keep"] & Data<"keep">;
  "data-uploads": Has<"template" | "[data-queue]" | "[data-queue-said]" | "[data-queue-sum]"> &
    Data<"uploads">;
  "data-uploads-form": Has<"[data-uploads]"> & Form<"title"> & Data<"several">;
  menu: Has<"summary"> & HTMLDetailsElement;
  name: HTMLInputElement; // or another field, asked for no more than its value
  "q-open": Row;
  talk: Form<"text">;
  type: HTMLInputElement;
}

/** Elements by their id; null where a page of a script that asks may have none. */
interface Ids {
  "board-said": HTMLElement;
  bulk: HTMLFormElement;
  bulkbox: HTMLElement;
  bulkplan: HTMLElement;
  came: HTMLElement;
  "cite-list": HTMLElement;
  kept: HTMLDialogElement;
  "kept-list": HTMLElement;
  "kept-one": {
    readonly content: Has<"label" | "textarea" | "button">;
  } & HTMLTemplateElement;
  keys: HTMLDialogElement;
  "law-find": HTMLButtonElement;
  "pane-h": HTMLElement;
  picked: HTMLElement;
  questions: HTMLElement;
  talk: HTMLTextAreaElement | null;
}

/** An event, with an element as its target. */
type At<Kind extends Event, Target extends EventTarget = HTMLElement> = Kind & {
  readonly target: Target;
};

interface Dragging extends DragEvent {
  readonly dataTransfer: DataTransfer;
}

interface HtmxRequest {
  readonly boosted: boolean;
  readonly elt: HTMLElement;
  readonly formData: FormData;
  readonly triggeringEvent?: SubmitEvent;
  readonly verb: string;
  path: string;
  timeout: number;
}

interface HtmxReply {
  readonly elt: HTMLElement;
  readonly xhr: XMLHttpRequest;
  readonly requestConfig: HtmxRequest;
  readonly pathInfo: { readonly requestPath: string };
  target: HTMLElement;
  shouldSwap: boolean;
  isError: boolean;
}

type HtmxReplied = At<CustomEvent<HtmxReply>>;

/** Events of people, as they reach a page or a part of it: at an element, which may be a field or a form. */
interface Heard {
  change: At<Event, Field>;
  click: At<PointerEvent>;
  drop: At<Dragging>;
  dragleave: At<Dragging>;
  dragover: At<Dragging>;
  dragstart: At<Dragging>;
  focusin: At<FocusEvent>;
  focusout: At<FocusEvent>;
  input: At<Event, Field>;
  keydown: At<KeyboardEvent>;
  mousedown: At<MouseEvent>;
  mousemove: At<MouseEvent>;
  paste: At<ClipboardEvent>;
  pointerdown: At<PointerEvent>;
  submit: At<SubmitEvent, HTMLFormElement>;
}

/** Events of our own and of htmx. */
interface GlobalEventHandlersEventMap {
  "attest:files": At<CustomEvent<File[]>, Row>;
  "attest:moved": Event;
  "attest:picked": Event;
  "attest:saved": Event;
  "attest:uploaded": At<Event>;
  "htmx:afterRequest": HtmxReplied;
  "htmx:afterSettle": HtmxReplied;
  "htmx:afterSwap": HtmxReplied;
  "htmx:beforeRequest": HtmxReplied;
  "htmx:beforeSend": HtmxReplied;
  "htmx:beforeSwap": HtmxReplied;
  "htmx:configRequest": At<CustomEvent<HtmxRequest>>;
  "htmx:load": Event;
  "htmx:oobAfterSwap": HtmxReplied;
  "htmx:oobBeforeSwap": HtmxReplied;
  "htmx:responseError": HtmxReplied;
  "htmx:sendAbort": HtmxReplied;
  "htmx:sendError": HtmxReplied;
  "htmx:timeout": HtmxReplied;
  "htmx:validation:halted": At<Event>;
}

// The part of htmx 2 that is used (django_htmx serves it).
declare const htmx: {
  config: { defaultSettleDelay: number };
  ajax(
    verb: string,
    path: string,
    context: {
      source?: Element;
      target?: Element | string;
      select?: string;
      swap?: string;
      values?: object;
    },
  ): Promise<void>;
  process(element: Element): void;
  trigger(element: Element, event: string): void;
};

interface Document {
  addEventListener<Name extends keyof Heard>(
    type: Name,
    listener: (event: Heard[Name]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

interface HTMLFormElement {
  addEventListener<Name extends keyof Heard>(
    type: Name,
    listener: (event: Heard[Name]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

interface HTMLElement {
  addEventListener<Name extends keyof Heard>(
    type: Name,
    listener: (event: Heard[Name]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

// How a selector becomes a type: its last part's tag, and what its first attribute or class marks.

type Tags = HTMLElementTagNameMap;

type Camel<Name extends string> = Name extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Name;

/** An element whose data attributes of these names are there. */
type Data<Name extends string> = HTMLElement & {
  readonly dataset: DOMStringMap & { [Key in Name as Camel<Key>]: string };
};

type Before<Text extends string, Mark extends string> = Text extends `${infer Head}${Mark}${string}`
  ? Head
  : Text;

type Tag<Part extends string> = Before<Before<Before<Before<Part, "[">, ".">, "#">, ":">;

type Attribute<Part extends string> = Part extends `${string}[${infer Inner}]${string}`
  ? Before<Inner, "=">
  : "";

type Class<Part extends string> =
  Before<Part, "["> extends `${string}.${infer Name}` ? Before<Before<Name, ".">, ":"> : "";

type Marked<Name extends string> = (Name extends keyof Marks ? Marks[Name] : unknown) &
  (Name extends `data-${infer Key}` ? Data<Key> : unknown);

type Tagged<Name extends string> = Name extends keyof Tags ? Tags[Name] : HTMLElement;

type Part<Text extends string> = Text extends `#${infer Id extends keyof Ids}`
  ? NonNullable<Ids[Id]>
  : Marked<Attribute<Text>> & Marked<Class<Text>> & Tagged<Tag<Text>>;

type Found<Selector extends string> = Selector extends `${infer One}, ${infer Others}`
  ? Found<One> | Found<Others>
  : Selector extends `${string} ${infer Last}`
    ? Found<Last>
    : Part<Selector>;

/** A node that always has an element that answers to this selector. */
interface Has<Selector extends string> {
  querySelector<One extends Selector>(selectors: One): Found<One>;
}

interface ParentNode {
  querySelector<Selector extends string>(selectors: Selector): Found<Selector> | null;
  querySelectorAll<Selector extends string>(selectors: Selector): NodeListOf<Found<Selector>>;
}

interface Element {
  closest<Selector extends string>(selectors: Selector): Found<Selector> | null;
  matches<Selector extends string>(selectors: Selector): this is Found<Selector>;
  cloneNode(subtree?: boolean): this;
}

interface DocumentFragment {
  cloneNode(subtree?: boolean): this;
}

interface Document {
  getElementById<Id extends keyof Ids>(id: Id): Ids[Id];
}
