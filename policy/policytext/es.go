package policytext

import "github.com/decorum-go/decorum/policy"

// Spanish returns the table of Spanish, for any country: a copy.
func Spanish() policy.Messages {
	return policy.Messages{
		"moment":   "{day} de {month} de {year}, {time} {zone}",
		"month.1":  "enero",
		"month.2":  "febrero",
		"month.3":  "marzo",
		"month.4":  "abril",
		"month.5":  "mayo",
		"month.6":  "junio",
		"month.7":  "julio",
		"month.8":  "agosto",
		"month.9":  "septiembre",
		"month.10": "octubre",
		"month.11": "noviembre",
		"month.12": "diciembre",

		"span.minutes": "{n|minuto|minutos}",
		"span.hours":   "{n|hora|horas}",
		"span.days":    "{n|día|días}",

		"until":      "hasta el {moment}",
		"until.span": "durante {span}, hasta el {moment}",
		"until.open": "hasta nuevo aviso",
		"after":      "a partir del {moment}",
		"after.span": "dentro de {span}, a partir del {moment}",
		"after.open": "más tarde",

		"notice.later":                "Está enviando más mensajes de lo habitual. Inténtelo de nuevo {after}.",
		"notice.later.never":          "Este mensaje va dirigido a más personas de las que puede escribir su cuenta. No lo hemos entregado.",
		"notice.busy":                 "Esta persona recibe muchos mensajes de gente que no conoce. Inténtelo de nuevo {after}.",
		"notice.requests":             "Pocas personas han aceptado sus solicitudes de contacto. Podrá enviar otras {after}, o cuando se acepten más.",
		"notice.held":                 "Una persona revisará este mensaje antes de que lo entreguemos.",
		"notice.refused":              "No hemos entregado este mensaje.",
		"notice.undecided":            "Ahora no hemos podido entregar este mensaje. Inténtelo de nuevo más tarde.",
		"notice.warning":              "Parece que algunos de sus últimos mensajes no son bien recibidos. Escriba solo a personas que esperen noticias suyas.",
		"notice.block.outreach":       "No puede iniciar conversaciones nuevas {until}.",
		"notice.block":                "No puede enviar mensajes {until}.",
		"notice.restriction.outreach": "A las personas que no le han escrito solo puede enviarles {per_day|mensaje|mensajes} al día {until}.",
		"notice.restriction":          "Solo puede enviar {per_day|mensaje|mensajes} al día {until}.",
		"notice.suspension.messaging": "Su cuenta no puede usar los mensajes {until}.",
		"notice.suspension":           "Su cuenta está suspendida {until}.",
		"notice.replies":              "Puede seguir respondiendo a quienes le hayan escrito.",
		"notice.broken":               "Se había comprometido a escribir solo a personas que esperen noticias suyas.",
		"notice.pledge":               "Se ha comprometido a escribir solo a personas que esperen noticias suyas, hasta el {moment}.",
		"notice.pledge.breach":        "Si no lo cumple, la medida siguiente será más grave que la anterior, sin otra advertencia.",
		"notice.appeal":               "Si cree que es un error, puede presentar una reclamación; indique la referencia {sanction}.",

		"statement":       "Declaración de motivos de la decisión {sanction}, del {moment}.",
		"statement.ended": "Esta medida terminó antes de tiempo, el {moment}.",

		"fact.volume":     "Siguió enviando mensajes aunque los rechazábamos.",
		"fact.content":    "Envió el mismo texto, o casi el mismo, a muchas personas.",
		"fact.contact":    "Escribió a muchas personas que no le conocen, o siguió escribiendo a personas que no le respondían.",
		"fact.reception":  "Muchas de las personas a las que escribió no quieren sus mensajes.",
		"fact.automation": "Sus mensajes se enviaron como los envía un programa.",
		"fact.network":    "Sus mensajes están relacionados con otros que incumplen nuestras normas.",
		"fact.standing":   "Continuó después de una advertencia o de una decisión anterior de este tipo.",
		"fact.person":     "Una persona revisó lo que envió y comprobó que incumple nuestras normas.",
		"fact.pledge":     "Se había comprometido a escribir solo a personas que esperen noticias suyas, y por eso terminó una medida anterior.",
		"fact.host":       "Otras comprobaciones nuestras mostraron que sus mensajes incumplen nuestras normas.",
		"fact.none":       "El uso que se hace de su cuenta incumple nuestras normas.",

		"found.automatic":   "Esto se detectó con medios automatizados.",
		"found.person":      "Esto lo detectó una persona, sin medios automatizados.",
		"decided.automatic": "La decisión se tomó con medios automatizados. No intervino ninguna persona.",
		"decided.partly":    "Una persona lo confirmó, y las consecuencias se decidieron con medios automatizados.",
		"decided.person":    "La decisión la tomó una persona.",
		"source":            "Actuamos según lo que detectamos y lo que se nos denuncia. No decimos si alguien le ha denunciado, ni quién.",

		"ground":    "Esto es incompatible con {title}: {rule}",
		"title":     "nuestras normas sobre mensajes",
		"rule":      "Escriba solo a personas que esperen noticias suyas. No envíe el mismo mensaje a muchas personas, no insista si no le responden y no engañe ni acose a nadie.",
		"territory": "La medida se aplica en todos los lugares donde se ofrece nuestro servicio.",

		"appeal":            "Si cree que es un error, puede presentar una reclamación mientras la medida esté en vigor y durante un tiempo después; indique la referencia {sanction}. Una persona resolverá su reclamación.",
		"appeal.until":      "Si cree que es un error, puede presentar una reclamación hasta el {moment}; indique la referencia {sanction}. Una persona resolverá su reclamación.",
		"appeal.over":       "El plazo de reclamación terminó el {moment}.",
		"appeal.open":       "Su reclamación del {moment} está pendiente. Una persona la resolverá.",
		"appeal.upheld":     "Una persona resolvió su reclamación el {moment}. La decisión se mantiene.",
		"appeal.reduced":    "Una persona resolvió su reclamación el {moment}. La medida terminó entonces.",
		"appeal.overturned": "Una persona resolvió su reclamación el {moment}. La decisión quedó anulada.",
		"redress":           "También puede acudir a un órgano de resolución extrajudicial de litigios o a los tribunales.",
	}
}
