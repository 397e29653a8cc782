"""Values of fields, and what stands for one. Where `class=shown` stands the site lets values show: secrets stay even
then. What a field was before anybody watched nobody can know, so that a password shown by a toggle is tried `live`."""

from tests.attack.canaries.place import Place

_TYPES = (
    "text search email url tel password hidden number range date time month week datetime-local color checkbox "
    "radio file"
).split()
_SECRETS = (
    "type=password",
    "autocomplete=one-time-code",
    "autocomplete=cc-number",
    "autocomplete=cc-csc",
    "autocomplete=cc-exp",
    "autocomplete=cc-name",
    "autocomplete=current-password",
    "autocomplete=new-password",
    "autocomplete='section-a shipping cc-number'",
    "autocomplete='ONE-TIME-CODE webauthn'",
    "name=cvc",
    "name=card_number",
    "name=cardnumber",
    "name=cc-number",
    "name=otp",
    "name=password",
    "name=user[passwd]",
    "id=cvv2",
    "id=creditCard",
    "id=securityCode",
    "data-cobrowse=mask",
)
_ROLES = ("textbox", "searchbox", "combobox", "spinbutton", "TextBox", "none textbox")
_EDITABLE = ("contenteditable", "contenteditable=true", "contenteditable=TRUE", "contenteditable=plaintext-only")
_INPUT = "const i = box.querySelector('input'); "
_TOLD = "i.dispatchEvent(new Event('input', {bubbles: true}));"

PLACES: tuple[Place, ...] = (
    *(Place(f"input type={kind}: value attribute", f"<input type={kind} value='{{c}}'>") for kind in _TYPES),
    *(
        Place(f"input type={kind}: value property", f"<input type={kind}>", _INPUT + "i.value = c; " + _TOLD)
        for kind in ("text", "search", "email", "url", "tel", "password", "hidden")
    ),
    *(Place(f"shown field, but {it}", f"<input class=shown {it} value='{{c}}'>") for it in _SECRETS),
    *(Place(f"{it}: its text", f"<div {it}><p>{{c}}</p>{{c}}</div>") for it in _EDITABLE),
    *(Place(f"role={role}: its text", f"<div role='{role}'>{{c}}</div>") for role in _ROLES),
    Place("input of an unknown type", "<input type=zebra value='{c}'>"),
    Place("input: defaultValue", "<input>", _INPUT + "i.defaultValue = c"),
    Place("input: a value set without an event", "<input>", _INPUT + "i.value = c"),
    Place(
        "input: a value as autofill sets it",
        "<input autocomplete=email>",
        _INPUT + "i.value = c; i.dispatchEvent(new Event('change', {bubbles: true}))",
    ),
    Place("input: setRangeText", "<input value=x>", _INPUT + "i.setRangeText(c)"),
    Place(
        "input: a value after the reset of its form",
        "<form><input value='{c}'></form>",
        _INPUT + "i.value = 'x'; box.querySelector('form').reset()",
    ),
    Place("input: selected text in it", "<input>", _INPUT + "i.value = c; i.select()"),
    Place("input: title, which often repeats a value", "<input title='{c}' value=x>"),
    Place("editor: title", "<div role=textbox title='{c}'>x</div>"),
    Place("input: pattern, min, max, step, list", "<input pattern='{c}' min='{c}' max='{c}' step='{c}' list='{c}'>"),
    Place("input: accept, dirname, form", "<input accept='{c}' dirname='{c}' form='{c}' autocomplete='{c}'>"),
    Place("input: a name of a framework's binding", "<input :value='{c}' :label='{c}' :filled='{c}' v-model='{c}'>"),
    Place(
        "password shown by a toggle",
        "<input class=shown type=password value='{c}'>",
        _INPUT + "if (live) { i.value = c; i.type = 'text'; " + _TOLD + " }",
    ),
    Place(
        "password shown by taking its type away",
        "<input class=shown type=password value='{c}'>",
        _INPUT + "if (live) { i.value = c; i.removeAttribute('type'); " + _TOLD + " }",
    ),
    Place(
        "password shown a turn later",
        "<input class=shown type=password value='{c}'>",
        _INPUT + "if (live) setTimeout(() => { i.type = 'search'; i.value = c; }, 60)",
    ),
    Place(
        "password shown by a twin that takes its place",
        "<input class=shown type=password name=twin value='{c}'>",
        _INPUT + "const t = document.createElement('input'); t.className = 'shown'; t.name = i.name; t.value = c; "
        "if (live) setTimeout(() => i.replaceWith(t), 90)",
    ),
    Place(
        "password that turns into a button",
        "<input class=shown type=password value='{c}'>",
        _INPUT + "if (live) setTimeout(() => { i.type = 'button'; }, 60)",
    ),
    Place(
        "text field that turns into a button",
        "<input value='{c}'>",
        _INPUT + "if (live) setTimeout(() => { i.type = 'submit'; }, 60)",
    ),
    Place("hidden input that turns into a text field", "<input type=hidden value='{c}'>", _INPUT + "i.type = 'text'"),
    Place(
        "file input: the name of a file",
        "<input type=file>",
        _INPUT + "const d = new DataTransfer(); d.items.add(new File(['x'], c + '.txt')); i.files = d.files; " + _TOLD,
    ),
    Place(
        "file input that is shown: the name of a file",
        "<input class=shown type=file>",
        _INPUT + "const d = new DataTransfer(); d.items.add(new File(['x'], c + '.txt')); i.files = d.files; " + _TOLD,
    ),
    Place("textarea: default text", "<textarea>{c}</textarea>"),
    Place(
        "textarea: value",
        "<textarea></textarea>",
        "box.firstChild.value = c; box.firstChild.dispatchEvent(new Event('input', {bubbles: true}))",
    ),
    Place("textarea: defaultValue", "<textarea></textarea>", "box.firstChild.defaultValue = c"),
    Place("textarea: child text", "<textarea>x</textarea>", "box.firstChild.append(c)"),
    Place("textarea: title", "<textarea title='{c}'></textarea>"),
    Place("select: values of options", "<select><option value='{c}'>A<option value='{c}' selected>B</select>"),
    Place(
        "select: data of options and groups",
        "<select data-x='{c}'><optgroup data-x='{c}' label=G><option data-x='{c}'>A</select>",
    ),
    Place(
        "select: a copy of the chosen option",
        "<select><button><selectedcontent></selectedcontent></button><option>A</select>",
        "box.querySelector('selectedcontent')?.append(c)",
    ),
    Place("select: name and title", "<select name='{c}' title='{c}'><option>A</select>"),
    Place("datalist: values of options", "<input list=l><datalist><option value='{c}'></datalist>"),
    Place("datalist: labels of options", "<input list=l><datalist><option label='{c}' value=x></datalist>"),
    Place("datalist: texts of options", "<input list=l><datalist><option>{c}</option></datalist>"),
    Place("datalist: other content", "<datalist><label>{c}<select><option>{c}</select></label></datalist>"),
    Place("radio: its value, and that of its twin", "<input type=radio name=r value='{c}' checked>"),
    Place("button: value and name", "<button value='{c}' name='{c}'>Go</button>"),
    Place(
        "contenteditable by property",
        "<div></div>",
        "box.firstChild.contentEditable = 'true'; box.firstChild.textContent = c",
    ),
    Place(
        "contenteditable: an island that is not editable",
        "<div contenteditable><div contenteditable=false>{c}</div></div>",
    ),
    Place("contenteditable: attributes in it", "<div contenteditable><b title='{c}' aria-label='{c}'>x</b></div>"),
    Place("contenteditable: a picture's text in it", "<div contenteditable><img alt='{c}' src=/pixel.png></div>"),
    Place("contenteditable: a style in it", "<div contenteditable><style>b::before{content:'{c}'}</style></div>"),
    Place(
        "contenteditable: selected text in it",
        "<div contenteditable>{c}</div>",
        "getSelection().selectAllChildren(box.firstChild)",
    ),
    Place(
        "contenteditable in a shadow root",
        "<x-e><template shadowrootmode=open shadowrootclonable><div contenteditable>{c}</div></template></x-e>",
    ),
    Place(
        "contenteditable: what is slotted into it",
        "<x-e><template shadowrootmode=open shadowrootclonable><div contenteditable><slot></slot></div></template>"
        "{c}</x-e>",
    ),
    Place(
        "role=textbox: typed letter by letter",
        "<div role=textbox></div>",
        "for (const letter of c) box.firstChild.append(letter); box.firstChild.append(c)",
    ),
    Place(
        "combobox of boxes: what is in it, and how high it grows with it",
        # Of one height for the page, which scrolls to what has the focus.
        "<div style='height:20px;overflow:clip'><style>.of-one-line{min-height:44px}</style><div role=combobox>"
        "<div class=of-one-line><b class='{c}'>{c} {c}</b><input value='{c}'></div></div></div>",
        "const b = box.querySelector('[role=combobox]'); b.style.minHeight = b.style.height = 20 + c.length + 'px'; "
        "b.lastChild.style.minHeight = 30 + c.length + 'px'",
    ),
    Place(
        "combobox of boxes: one for each that is chosen",
        "<div style='height:20px;overflow:clip'><style>.chip{min-height:50px}</style><div role=combobox><div><input>"
        "</div></div></div>",
        "const b = box.querySelector('[role=combobox]').firstChild; "
        "for (const letter of c) b.insertAdjacentHTML('afterbegin', '<p class=chip>x</p>')",
    ),
    Place("role by property", "<div>x</div>", "box.firstChild.role = 'searchbox'; box.firstChild.textContent = c"),
    Place(
        "slider: aria-valuetext and aria-valuenow", "<div role=slider aria-valuetext='{c}' aria-valuenow='{c}'></div>"
    ),
    Place("slider: ariaValueText by property", "<div role=slider></div>", "box.firstChild.ariaValueText = c"),
    Place("checkbox role: aria-checked, data-state", "<div role=checkbox aria-checked='{c}' data-state='{c}'>x</div>"),
    Place("radio role: a roving tabindex", "<div role=radio tabindex='{c}' aria-checked='{c}'>x</div>"),
    Place("option role: aria-selected, data-active", "<div role=option aria-selected='{c}' data-active='{c}'>x</div>"),
    Place("switch role: aria-pressed, data-open", "<div role=switch aria-pressed='{c}' data-open='{c}'>x</div>"),
    Place("output: its text", "<output>{c}</output>"),
    Place("output: value", "<output></output>", "box.firstChild.value = c"),
    Place("output: defaultValue", "<output></output>", "box.firstChild.defaultValue = c"),
    Place("output: what is in it", "<output><b title='{c}'>{c}</b></output>"),
    Place("progress: its text", "<progress max=100 value=7>{c}</progress>"),
    Place("progress: value", "<progress value='{c}'></progress>"),
    Place("meter: its text", "<meter min=0 max=100 value=7>{c}</meter>"),
    Place(
        "meter: value, low, high, optimum", "<meter value='{c}' low='{c}' high='{c}' optimum='{c}' min='{c}'></meter>"
    ),
    Place(
        "custom element: a form value",
        "<x-field></x-field>",
        "customElements.get('x-field') || customElements.define('x-field', class extends HTMLElement { "
        "static formAssociated = true; i = this.attachInternals() }); "
        "box.firstChild.i.setFormValue(c); box.firstChild.i.ariaValueText = c",
    ),
    Place("custom element: value attribute", "<x-input value='{c}' model='{c}'></x-input>"),
    Place(
        "a field's own shadow root",
        "<x-e><template shadowrootmode=open shadowrootclonable><input value='{c}'></template></x-e>",
    ),
    Place("a shown field within a masked part", "<div data-cobrowse=mask><input class=shown value='{c}'></div>"),
    Place("a field that asks to be shown, unlisted", "<input data-cobrowse=mask data-x='{c}' value='{c}'>"),
    Place("range: its value in a custom property", "<input type=range style='--value:{c};color:red'>"),
    Place("input: its value in a custom property", "<input style='--value:{c}' value=x>"),
    Place("slider: its value in a custom property", "<div role=slider style='--value:{c}'></div>"),
    Place(
        "switch: its value in a custom property", "<div role=switch style='--value:{c}'><b style='--v:{c}'></b></div>"
    ),
)
