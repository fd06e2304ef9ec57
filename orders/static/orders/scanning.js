// A barcode scanner ends each code with Enter: that leads to the next code instead of sending the page.
document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("input[data-scan]")) {
        return;
    }
    event.preventDefault();
    const codes = [...document.querySelectorAll("input[data-scan]")];
    const next = codes[codes.indexOf(event.target) + 1] || document.querySelector("button[value=check]");
    next.focus();
});
