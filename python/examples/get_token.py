import arcidentity

try:
    token = arcidentity.get_token("https://vault.azure.net")
except arcidentity.ArcError as error:
    raise SystemExit(error.status) from error
print("Authorization: Bearer", token.token)
