// A demo login fills in the form; one still presses "Log in" oneself.
for (const button of document.querySelectorAll("[data-email]")) {
  button.addEventListener("click", () => {
    document.getElementById("id_login").value = button.dataset.email;
    document.getElementById("id_password").value = button.dataset.password;
    document.querySelector("#login-form button").focus();
  });
}
