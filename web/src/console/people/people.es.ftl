people = Personas
people-person = Persona
people-list = Personas
people-invitations = Invitaciones
people-name = Nombre
people-address = Correo electrónico
people-address-hint = Solo su dueño puede aceptar la invitación.
people-phone = Teléfono
people-no-phone = ninguno
people-roles = Roles
people-roles-text = Dónde valen y hasta cuándo. Lo que queda fuera de todos no se ve.
people-roles-none = Sin roles: puede entrar y no ve más que su perfil.
people-no-roles = ninguno
people-factors = Entra con
people-factor-password = contraseña
people-factor-passkey = llave de acceso
people-factor-totp = aplicación
people-factor-sms = mensaje de texto
people-factor-mail = correo
people-factor-recovery = códigos de recuperación
people-factor-oidc = proveedor de identidad
people-factor-none = nada aún
people-joined = Se unió
people-search = Buscar nombre, correo, rol
people-search-address = Buscar correo
people-any = Cualquier organización
people-show = Mostrar
people-all = Todas
people-in = Con acceso
people-out = Excluidas
people-shut = excluida
people-you = tú
people-count = { $count ->
    [one] una persona
   *[other] { $shown } personas
  }
people-none = Nadie así
people-none-text = Nadie encaja con la búsqueda. Quita un filtro o invita a alguien.
people-invite = Invitar a alguien
people-comes-with = Viene con
people-deployment-own = ninguna organización
people-days = El enlace vale
people-days-count = { $count ->
    [one] un día
   *[other] { $count } días
  }
people-language = Idioma
people-invite-no-roles = Sin rol puede entrar y no ve nada. Añade uno, o dalo después.
people-role = Rol
people-role-choose = Elige un rol
people-role-add = Añadir un rol
people-role-nth = Rol { $count }
people-role-drop = Quitar el rol { $count }
people-role-own = Un rol propio de la organización.
people-until = Hasta
people-until-hint = El último día. Vacío: sin fin.
people-kept = Lo que escribiste sigue aquí.
people-sent = Invitación enviada
people-sent-text = El enlace va camino de { $address }. Nadie más lo ve.
people-link = Enlace para entregar
people-link-text = Aquí no hay correo configurado: entrega tú este enlace a { $address }. Se abre una vez.
people-state-open = Abiertas
people-state-used = Usadas
people-state-expired = Caducadas
people-state-revoked = Retiradas
people-no-address = sin dirección
people-made = hecha
people-ends = termina
people-withdraw = Retirar
people-withdraw-title = ¿Retirar la invitación de { $address }?
people-withdraw-text = El enlace deja de abrirse. Puedes invitar de nuevo.
people-withdrawn = Ese enlace ya no se abre
people-invitations-none = No hay invitaciones
people-invitations-none-text = Quien invites aparece aquí hasta que se una.
people-account = Cuenta
people-id = Id
people-confirmed = confirmada
people-unconfirmed = sin confirmar: no se envía ahí un restablecimiento
people-given = Dado el { $date } por { $name }.
people-taken = quitado
people-past = { $count ->
    [one] Uno terminado
   *[other] { $count } terminados
  }
people-give = Dar un rol
people-give-title = Dar un rol a { $name }
people-role-given = El rol vale desde ahora
people-gains-nothing = Nada nuevo: ya puede hacer todo esto en { $where }.
people-take = Quitar
people-take-title = ¿Quitar el rol { $role } a { $name }?
people-take-text = Termina de inmediato en { $where }. Lo demás sigue igual.
people-loses-nothing = No pierde nada: otros roles dan todo esto ahí.
people-role-taken = El rol está quitado
people-acts = Actos sobre { $name }
people-ask = ¿Qué puede hacer?
people-shut-out = Excluir
people-shut-title = ¿Excluir a { $name }?
people-shut-text = De inmediato, y hasta que alguien le deje entrar de nuevo:
people-ends-sessions = Terminan todas sus sesiones.
people-ends-keys = Las claves que hizo se retiran, y así quedan.
people-ends-links = Mueren los enlaces abiertos suyos y para ella.
people-ends-links-count = { $count ->
    [0] Mueren los enlaces que hizo; ninguno le espera.
    [one] Muere una invitación abierta para ella, y los enlaces que hizo.
   *[other] Mueren { $count } invitaciones abiertas para ella, y los enlaces que hizo.
  }
people-ends-roles = Sus roles no cuentan mientras tanto.
people-ends-roles-count = { $count ->
    [0] No tiene ningún rol.
    [one] Su único rol no cuenta mientras tanto.
   *[other] Sus { $count } roles no cuentan mientras tanto.
  }
people-shut-stays = La cuenta y su historia quedan.
people-shut-done = Excluida
people-let-in = Dejar entrar
people-let-title = ¿Dejar entrar de nuevo a { $name }?
people-let-text = Los roles que siguen en pie vuelven a contar. Las claves que había hecho siguen retiradas: haz otras.
people-let-done = Vuelve a tener acceso
people-reset = Enviar restablecimiento
people-reset-title = ¿Restablecer la contraseña de { $name }?
people-reset-text = Un enlace para una contraseña nueva va a { $address }, y a nadie más. Las sesiones terminan. El segundo factor queda.
people-reset-done = El enlace va en camino; las sesiones terminaron
people-factor-remove = Quitar un factor perdido
people-factor-title = ¿Quitar un factor de { $name }?
people-factor-text = Las sesiones terminan, y se le dice por correo quién lo hizo. Nadie entra por eso: lo que queda sirve como antes.
people-factor-which = Qué se perdió
people-factor-done = El factor está quitado
people-lost-passkeys = Todas las llaves de acceso
people-lost-totp = Aplicación de códigos
people-lost-phone = Teléfono
people-lost-mail = El correo como factor
people-lost-recovery-codes = Códigos de recuperación
people-lost-password = Contraseña
people-lost-identities = Identidades en proveedores
people-sign-ins = Entradas
people-sign-ins-text = También las rechazadas, las últimas primero.
people-sign-ins-none = Aún no ha entrado.
