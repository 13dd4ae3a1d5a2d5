// Connects as AIRGLOW_TEST says, a JSON object of mysql2's own options.
// "tls": true uses TLS without looking at the certificate.
'use strict';

const { tls, ...options } = JSON.parse(process.env.AIRGLOW_TEST);
if (tls) {
  options.ssl = { rejectUnauthorized: false };
}
options.connectTimeout = 30000;

module.exports = { mysql: require('mysql2/promise'), options };
