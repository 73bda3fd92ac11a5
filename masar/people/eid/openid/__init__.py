"""What the adapters that speak OpenID Connect share: requests, the issuer, signatures, tokens, the client."""
