"""How the running code is proved, whatever it is about: no layer is named here."""
