/** The field of a form that holds the page's token. */
export const tokenField = "form-token";
