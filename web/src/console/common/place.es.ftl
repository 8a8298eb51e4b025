place-project = Proyecto
place-none = Todavía no hay ningún proyecto
place-none-text = Un proyecto contiene dispositivos y sus lecturas. Los primeros pasos crean uno, con un emplazamiento y un primer dispositivo.
place-start = Primeros pasos
place-site = Emplazamiento
place-clear = Quitar filtros
place-device = Dispositivo
place-state = Estado
